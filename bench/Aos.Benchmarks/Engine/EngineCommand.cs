using System.CommandLine;
using System.Text.Json;
using Aos.Benchmarks.Figures;
using Aos.Benchmarks.Load;

namespace Aos.Benchmarks.Engine;

/// <summary><c>bench/run engine</c>.</summary>
internal static class EngineCommand
{
    private static readonly int[] InFlight = [1, 16, 64, 256];

    public static Command Create()
    {
        var store = new Option<string>("--store") { Description = "sqlite or postgres.", DefaultValueFactory = _ => "sqlite" };
        store.AcceptOnlyFromAmong([.. BenchStore.Kinds]);
        var mix = new Option<string[]>("--mix")
        {
            Description = "pure, read or wait; without it, all of them.",
            AllowMultipleArgumentsPerToken = true,
        };
        mix.AcceptOnlyFromAmong([.. Mix.All.Select(mix => mix.Name)]);
        var inFlight = new Option<int[]>("--in-flight")
        {
            Description = $"Runs in flight; without it {string.Join(", ", InFlight)}.",
            AllowMultipleArgumentsPerToken = true,
        };
        var seconds = new Option<double>("--seconds") { Description = "Seconds for the engine, and for the floor, of each row.", DefaultValueFactory = _ => 6 };
        var json = new Option<bool>("--json") { Description = "Prints JSON." };
        var command = new Command("engine", "Durable steps a second, beside what the store alone can do.") { store, mix, inFlight, seconds, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var mixes = Mix.All.Where(each => parsed.GetValue(mix) is not { Length: > 0 } chosen || chosen.Contains(each.Name)).ToList();
            var flights = parsed.GetValue(inFlight) is { Length: > 0 } some ? some : InFlight;
            var rows = new List<EngineRow>();
            foreach (var each in mixes)
                foreach (var count in flights)
                {
                    await Console.Error.WriteLineAsync($"measuring {each}, {count} in flight …");
                    rows.Add(await EngineBench.MeasureAsync(parsed.GetValue(store)!, each, count, parsed.GetValue(seconds)));
                }
            if (parsed.GetValue(json))
                Console.WriteLine(JsonSerializer.Serialize(new Results<EngineRow> { Rows = rows }, ResultsJson.Default.ResultsEngineRow));
            else
                Print(rows);
            return 0;
        });
        return command;
    }

    private static void Print(IReadOnlyList<EngineRow> rows) => Table.Print(
        ["store", "mix", "in flight", "steps/s", "floor", "ratio", "p50 µs", "p95 µs", "CPU s/1000", "B/step", "alloc/step"],
        rows.Select(row => new object[]
        {
            row.Store, row.Mix, row.RunsInFlight, row.StepsPerS, row.FloorStepsPerS, row.RatioToFloor, row.StepP50Us, row.StepP95Us,
            row.CpuSPer1000Steps, row.BytesPerStep, row.AllocBytesPerStep,
        }));
}
