using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Faults;

/// <summary>Ten thousand who listen to runs at once.</summary>
public sealed class ListenerTests(ITestOutputHelper output) : FaultTest
{
    private const int Listeners = 10_000;
    private const int Runs = 50;

    [Fact]
    public async Task Ten_thousand_listeners_hear_everything_and_hold_nobody_back()
    {
        var gate = new TaskCompletionSource();
        Server.Hold("/slow", gate.Task, requests: int.MaxValue);
        var server = await ServeAsync("--rate-per-second", "0", "--streams-per-caller-max", $"{Listeners}");
        var runs = new string[Runs];
        for (var i = 0; i < Runs; i++)
        {
            var (status, text) = await PostAsync(Http, "/v1/runs", Submission(Call("slow", "/slow")));
            Assert.True(status == 202, text);
            runs[i] = JsonDocument.Parse(text).RootElement.Text("run_id");
        }
        await Server.ArrivedAsync("/slow", Runs);
        var before = await MemoryAsync(server);
        var began = Stopwatch.GetTimestamp();
        var listeners =
            await RawClient.ConnectAsync(Address, Listeners, i => Request("GET", $"/v1/runs/{runs[i % Runs]}/events"));
        await Parallel.ForEachAsync(
            listeners, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (listener, _) =>
            Assert.Contains("attempt_started", await listener.HearAsync("attempt_started"), StringComparison.Ordinal));
        var opened = Stopwatch.GetElapsedTime(began);
        var with = await MemoryAsync(server);

        began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 20; i++) await OthersAreServedAsync();
        var others = Stopwatch.GetElapsedTime(began) / 20;

        gate.SetResult();
        await Parallel.ForEachAsync(
            listeners, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (listener, _) =>
            Assert.Contains("run_ended", await listener.HearAsync("event: run_ended"), StringComparison.Ordinal));
        foreach (var listener in listeners) listener.Dispose();
        await OthersAreServedAsync();
        server.Terminate();
        (await server.EndAsync()).Exits(0);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Listeners} listeners: open after {opened.TotalSeconds:F1} s, {before / 1024} MiB before, {with / 1024} MiB with them, ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"{(with - before) / (double)Listeners:F1} KiB each; a run of somebody else took {others.TotalMilliseconds:F1} ms"));
    }

    // What the system counts for the process of the server, in KiB.
    private static async Task<long> MemoryAsync(Infrastructure.Cli server)
    {
        var line = (await File.ReadAllLinesAsync($"/proc/{server.Id}/status", Cancel)).Single(
            text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
