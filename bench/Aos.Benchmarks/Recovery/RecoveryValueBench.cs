using System.Globalization;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Testing.Runs;
using Aos.TestShared;

namespace Aos.Benchmarks.Recovery;

/// <summary>What the failure catalog is worth: the same calls, which meet the same failures, through the real kernel
/// over virtual time; once as the catalog says, and with the same number of attempts for whatever fails.</summary>
internal static class RecoveryValueBench
{
    private const int MaxRunMs = 120_000;

    public static IEnumerable<RecoveryValueRow> Measure(FailureMix mix, int calls, ulong seed)
    {
        yield return Measure("catalog", BuiltInCatalog.Instance, mix, calls, seed);
        foreach (var attempts in (int[])[1, 2, 3, 4, 6])
            yield return Measure($"uniform {attempts}", Uniform(attempts), mix, calls, seed);
    }

    // The backoff of the catalog, and its attempts the same for every code.
    private static FailureCatalog Uniform(int attempts) => BuiltInCatalog.Instance with
    {
        Version = string.Create(CultureInfo.InvariantCulture, $"uniform-{attempts}"),
        Entries = ValueList.From(BuiltInCatalog.Instance.Entries.Select(entry => entry with
        {
            Retry = new RetryRule { MaxAttempts = attempts, InitialMs = 1_000, Factor = 2, MaxMs = 60_000 },
        })),
    };

    private static RecoveryValueRow Measure(
        string policy, FailureCatalog catalog, FailureMix mix, int calls, ulong seed)
    {
        var (successes, attempts, cents, seconds) = (0, 0L, 0m, 0d);
        for (var i = 0; i < calls; i++)
        {
            var scenario = RunScenario.Of("""{"steps":[{"id":"call","skill":"paid"}]}""") with
            {
                Catalog = catalog,
                RunId = RunId.Parse(string.Create(CultureInfo.InvariantCulture, $"run_{i:x8}")),
            };
            var world = new Troubled(mix, new Dice(Dice.Hash(seed, "call", i)), scenario.Start);
            var run = new ScriptedRun(scenario.Limited(contract => contract with { MaxRunMs = MaxRunMs }), world);
            world.Now = () => run.Now;
            run.Submit().Go();
            if (run.State.Ended!.Status == RunStatus.Completed) successes++;
            attempts += run.State.Attempts;
            cents += run.State.Spent.Cents;
            seconds += (run.State.Ended.At - scenario.Start).TotalSeconds;
        }
        return new RecoveryValueRow
        {
            Policy = policy,
            Calls = calls,
            Successes = successes,
            Attempts = attempts,
            Cents = cents,
            SuccessesPerCent = Math.Round(successes / cents, 4),
            SecondsACall = Math.Round(seconds / calls, 2),
        };
    }

    // One call's world: what it meets is drawn before anything is tried, so that it is the same whatever is decided.
    private sealed class Troubled : ScriptedWorld
    {
        private const int LatencyMs = 200;
        private readonly FailureCause? _cause;
        private readonly DateTimeOffset _over;

        public Troubled(FailureMix mix, Dice dice, DateTimeOffset start)
        {
            if (!dice.Chance(mix.CallsThatFailPerMille)) return;
            var draw = dice.Below(mix.Causes.Sum(cause => cause.Weight));
            _cause = mix.Causes.First(cause => (draw -= cause.Weight) < 0);
            // An outage ends as if by chance, whenever one looks: most are short, a few are long.
            var lasts = -Math.Log(1 - dice.Below(1_000_000) / 1e6) * _cause.LastsMs;
            _over = dice.Chance(_cause.PermanentPerMille)
                ? DateTimeOffset.MaxValue : start.AddMilliseconds(Math.Ceiling(lasts));
        }

        public Func<DateTimeOffset> Now { get; set; } = null!;

        public override ScriptedAnswer Answer(Effect.InvokeSkill attempt)
        {
            if (_cause is null || Now() >= _over) return ScriptedAnswer.Ok().Costing(1).After(LatencyMs);
            var failed =
                ScriptedAnswer.Fail(_cause.Code, EffectState.None).Costing(_cause.Billed ? 1 : 0).After(LatencyMs);
            return _cause.SaysHowLong
                ? failed.AskingToWait((long)Math.Ceiling((_over - Now()).TotalSeconds) * 1_000) : failed;
        }
    }
}

/// <summary>A row of <c>bench/run recovery-value</c>.</summary>
internal sealed record RecoveryValueRow
{
    public required string Policy { get; init; }

    public required int Calls { get; init; }

    public required int Successes { get; init; }

    public required long Attempts { get; init; }

    public required decimal Cents { get; init; }

    public required decimal SuccessesPerCent { get; init; }

    public required double SecondsACall { get; init; }
}
