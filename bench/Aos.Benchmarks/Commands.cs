using System.CommandLine;
using Aos.Benchmarks.Engine;
using Aos.Benchmarks.Figures;
using Aos.Benchmarks.Load;
using Aos.Benchmarks.Questions;
using Aos.Benchmarks.Recovery;
using Aos.Benchmarks.Server;

namespace Aos.Benchmarks;

/// <summary>The commands of <c>bench/run</c>.</summary>
internal static class Commands
{
    private static readonly int[] AllInFlight = [1, 16, 64, 256];

    private static Option<bool> Json => new("--json") { Description = "Prints JSON." };

    public static Command Engine()
    {
        var (store, mix, inFlight, seconds, json) = (Store(), MixOption(), InFlight(), Seconds(6), Json);
        var command = new Command("engine", "Durable steps a second, beside what the store alone can do, in turns.")
        {
            store, mix, inFlight, seconds, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            var rows = new List<EngineRow>();
            foreach (var each in Mixes(parsed.GetValue(mix)))
                foreach (var count in parsed.GetValue(inFlight) is { Length: > 0 } some ? some : AllInFlight)
                {
                    await Console.Error.WriteLineAsync($"measuring {each}, {count} in flight …");
                    rows.Add(
                        await EngineBench.MeasureAsync(parsed.GetValue(store)!, each, count, parsed.GetValue(seconds)));
                }
            Table.Print(rows, ResultsJson.Default.ResultsEngineRow, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    public static Command Recovery()
    {
        var runs = new Option<int>("--runs")
        {
            Description = "Runs that are killed in flight.",
            DefaultValueFactory = _ => 200
        };
        var json = Json;
        var command = new Command("recovery", "Kills a process with runs in flight; measures from restart to all done.")
        {
            runs, json
        };
        command.SetAction(async (parsed, _) =>
        {
            Table.Print(
                [await RecoveryBench.MeasureAsync(parsed.GetValue(runs))], ResultsJson.Default.ResultsRecoveryRow,
                parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    public static Command RecoveryValue()
    {
        var calls =
            new Option<int>("--calls") { Description = "Calls of the population.", DefaultValueFactory = _ => 20_000 };
        var seed =
            new Option<long>("--seed") { Description = "What the failures follow from.", DefaultValueFactory = _ => 1 };
        var mix =
            new Option<string?>("--mix") { Description = "A file with another mix of failures than failure_mix.json." };
        var json = Json;
        var command = new Command(
            "recovery-value", "Successes per cent spent: retry by the failure catalog, and the same for every failure.")
        {
            calls, seed, mix, json,
        };
        command.SetAction(parsed => Table.Print(
            [.. RecoveryValueBench.Measure(
                FailureMix.Read(parsed.GetValue(mix)), parsed.GetValue(calls), (ulong)parsed.GetValue(seed))],
            ResultsJson.Default.ResultsRecoveryValueRow, parsed.GetValue(json)));
        return command;
    }

    /// <summary>The process that <see cref="Recovery"/> kills.</summary>
    public static Command RecoveryBegin()
    {
        var (folder, runs) = (new Argument<string>("folder"), new Argument<int>("runs"));
        var command = new Command("recovery-begin") { folder, runs };
        command.Hidden = true;
        command.SetAction((parsed, _) => RecoveryBench.BeginAsync(parsed.GetValue(folder)!, parsed.GetValue(runs)));
        return command;
    }

    public static Command Replay()
    {
        var (runs, seconds, json) = (new Option<int>("--runs") { DefaultValueFactory = _ => 1_000 }, Seconds(6), Json);
        var command =
            new Command("replay", "Events a second that replay --mode verify compares.") { runs, seconds, json };
        command.SetAction(async (parsed, _) =>
        {
            Table.Print([await ReplayBench.MeasureAsync(parsed.GetValue(runs), parsed.GetValue(seconds))],
                ResultsJson.Default.ResultsReplayRow, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    public static Command Simulate()
    {
        var steps = new Option<int>("--steps") { Description = "Steps of the plan.", DefaultValueFactory = _ => 200 };
        var times =
            new Option<int>("--times") { Description = "How often it is simulated.", DefaultValueFactory = _ => 200 };
        var json = Json;
        var command = new Command("simulate", "Milliseconds that a simulation takes.") { steps, times, json };
        command.SetAction(async (parsed, _) =>
        {
            Table.Print([await SimulateBench.MeasureAsync(parsed.GetValue(steps), parsed.GetValue(times))],
                ResultsJson.Default.ResultsSimulateRow, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    public static Command Queries()
    {
        var steps =
            new Option<int>("--steps") { Description = "Steps of the run, 1 to 200.", DefaultValueFactory = _ => 200 };
        var times = new Option<int>("--times")
        {
            Description = "How often each query is asked.",
            DefaultValueFactory = _ => 200
        };
        var json = Json;
        var command = new Command(
            "queries", "Milliseconds that each query takes, on a run that goes on and on one that has ended.")
        {
            steps, times, json
        };
        command.SetAction(async (parsed, _) =>
        {
            Table.Print(await QueryBench.MeasureAsync(parsed.GetValue(steps), parsed.GetValue(times)),
                ResultsJson.Default.ResultsQueryRow, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    public static Command Startup()
    {
        var times = new Option<int>("--times")
        {
            Description = "How often each command is started.",
            DefaultValueFactory = _ => 20
        };
        var json = Json;
        var command = new Command("startup", "Milliseconds of whole commands, as built from source.") { times, json };
        command.SetAction(async (parsed, _) =>
        {
            Table.Print(
                await StartupBench.MeasureAsync(Root(), parsed.GetValue(times)), ResultsJson.Default.ResultsStartupRow,
                parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    public static Command Server()
    {
        var clients = new Option<int[]>("--clients")
        {
            Description = "Clients at a time; may be given again (default: 1, 64, 256).",
            AllowMultipleArgumentsPerToken = true,
        };
        var (seconds, json) = (Seconds(6), Json);
        var command = new Command(
            "server",
            "Runs over HTTP, beside the engine alone, in turns; and what a server takes to start and to idle.")
        {
            clients, seconds, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            var counts = parsed.GetValue(clients) is { Length: > 0 } some ? some : [1, 64, 256];
            Table.Print(
                await ServerBench.MeasureAsync(Root(), counts, parsed.GetValue(seconds), Console.Error.WriteLine),
                ResultsJson.Default.ResultsServerRow, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    public static Command Waiting()
    {
        var runs = new Option<int>("--runs")
        {
            Description = "Runs that wait for a signal.",
            DefaultValueFactory = _ => 100_000
        };
        var json = Json;
        var command = new Command("waiting", "The memory of very many runs that wait.") { runs, json };
        command.SetAction(async (parsed, _) =>
        {
            Table.Print(
                [await WaitingBench.MeasureAsync(parsed.GetValue(runs), Console.Error)],
                ResultsJson.Default.ResultsWaitingRow, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    public static Command Growth()
    {
        var (store, mix, inFlight, seconds, json) = (Store(), MixOption(), InFlight(), Seconds(6), Json);
        var runs = new Option<long>("--runs")
        {
            Description = "Finished runs that fill the store.",
            DefaultValueFactory = _ => 1_000_000
        };
        var command = new Command("growth", "The engine's rate on a store that holds very many finished runs.")
        {
            store, mix, inFlight, seconds, runs, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            var rows = new List<GrowthRow>();
            foreach (var each in Mixes(parsed.GetValue(mix)))
                foreach (var count in parsed.GetValue(inFlight) is { Length: > 0 } some ? some : [256])
                    rows.AddRange(await GrowthBench.MeasureAsync(parsed.GetValue(store)!, each, count,
                        parsed.GetValue(seconds), parsed.GetValue(runs), Console.Error));
            Table.Print(rows, ResultsJson.Default.ResultsGrowthRow, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    private static Option<string> Store()
    {
        var store = new Option<string>("--store")
        {
            Description = string.Join(" or ", BenchStore.Kinds) + ".",
            DefaultValueFactory = _ => "sqlite"
        };
        store.AcceptOnlyFromAmong([.. BenchStore.Kinds]);
        store.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() == "postgres"
                && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(BenchStore.PostgresVariable)))
                result.AddError($"--store postgres needs {BenchStore.PostgresVariable}: the connection string of a database that may be written to, "
                    + "such as 'Host=127.0.0.1;Username=aos;Database=aos'.");
        });
        return store;
    }

    private static Option<string[]> MixOption()
    {
        var mix = new Option<string[]>("--mix")
        {
            Description = "pure, read or wait; without it, all of them.",
            AllowMultipleArgumentsPerToken = true
        };
        mix.AcceptOnlyFromAmong([.. Mix.All.Select(mix => mix.Name)]);
        return mix;
    }

    private static Option<int[]> InFlight()
    {
        var inFlight = new Option<int[]>("--in-flight")
        {
            Description = "Runs in flight, from 1 to 100,000; without it, the usual ones.",
            AllowMultipleArgumentsPerToken = true,
        };
        inFlight.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int[]>() is { } counts && counts.Any(count => count is < 1 or > 100_000))
                result.AddError("--in-flight takes numbers from 1 to 100,000.");
        });
        return inFlight;
    }

    private static Option<double> Seconds(double usual)
    {
        var seconds = new Option<double>("--seconds")
        {
            Description = "Seconds for each figure, from 0.1 to 3,600.",
            DefaultValueFactory = _ => usual,
        };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0.1 and <= 3_600))
                result.AddError("--seconds takes a number from 0.1 to 3,600.");
        });
        return seconds;
    }

    private static IEnumerable<Mix> Mixes(string[]? chosen) =>
        Mix.All.Where(each => chosen is not { Length: > 0 } || chosen.Contains(each.Name, StringComparer.Ordinal));

    // The repository: where the launcher lies.
    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Aos.slnx"))) return folder.FullName;
        throw new InvalidOperationException(
            "The benchmark does not lie in the repository: there is no launcher to start.");
    }
}
