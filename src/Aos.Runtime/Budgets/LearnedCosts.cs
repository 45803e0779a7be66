using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts.Budgets;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Budgets;

/// <summary>What calls of skills have cost before, learned from the journals of the newest runs. Only runs in soft mode
/// ask; what was learned holds for a minute. Thread-safe.</summary>
internal sealed class LearnedCosts(IStore store, ISkillRegistry registry, TimeProvider time)
{
    /// <summary>How many runs are looked at, the newest.</summary>
    public const int RunsMax = 200;

    /// <summary>Of fewer calls nothing is learned: their maximum is held as in hard mode.</summary>
    public const int CallsMin = 20;

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private Learnt? _learnt;

    /// <summary>What is known of those skills that cost money and that a contract allows.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async ValueTask<ValueList<LearnedCost>> OfAsync(ValueList<SkillRef> allowed, CancellationToken cancel)
    {
        var learnt = Volatile.Read(ref _learnt);
        if (learnt is null || time.GetElapsedTime(learnt.At) >= Fresh)
            Volatile.Write(
                ref _learnt, learnt = new Learnt(time.GetTimestamp(), await ReadAsync(cancel).ConfigureAwait(false)));
        return ValueList.From(
            learnt.Costs.Where(
                cost => registry.All.Any(skill => skill.Contract.Cost is { Worst.NanoUsd: > 0 } or { Quoted: true }
            && cost.Skill.Accepts(skill.Contract.Name, skill.Contract.Version)
            && allowed.Any(one => one.Accepts(skill.Contract.Name, skill.Contract.Version)))));
    }

    private async ValueTask<List<LearnedCost>> ReadAsync(CancellationToken cancel)
    {
        var costs = new SortedDictionary<(string Name, string Version), List<Money>>();
        var ended =
            new RunFilter { Statuses = [RunStatus.Completed, RunStatus.Failed, RunStatus.Cancelled], Limit = RunsMax };
        foreach (var row in await store.ListRunsAsync(ended, cancel).ConfigureAwait(false))
            if (row.Cost > Money.Zero) await ReadAsync(row.RunId, costs, cancel).ConfigureAwait(false);
        return [.. costs.Where(pair => pair.Value.Count >= CallsMin).Select(pair => new LearnedCost
        {
            Skill = new SkillRef(
                SkillName.Parse(pair.Key.Name), VersionRange.Exactly(SkillVersion.Parse(pair.Key.Version))),
            P95 = P95(pair.Value),
            Calls = pair.Value.Count,
        })];
    }

    private async ValueTask ReadAsync(
        RunId run, SortedDictionary<(string Name, string Version), List<Money>> costs, CancellationToken cancel)
    {
        var started = new Dictionary<(StepId, int?, int), RunEvent.AttemptStarted>();
        foreach (var segment in await store.ReadAsync(run, 0, cancel).ConfigureAwait(false))
            foreach (var e in JournalReader.Decode(run, segment))
                if (e is RunEvent.AttemptStarted one) started[(one.StepId, one.Item, one.Attempt)] = one;
                else if (e is RunEvent.AttemptReturned returned
                    && started.Remove((returned.StepId, returned.Item, returned.Attempt), out var call))
                {
                    var key = (call.Skill.Value, call.SkillVersion.Value);
                    if (!costs.TryGetValue(key, out var list)) costs[key] = list = [];
                    list.Add(returned.Cost);
                }
    }

    // Nearest rank: a cost that a call had.
    private static Money P95(List<Money> costs)
    {
        costs.Sort();
        return costs[(int)Math.Ceiling(costs.Count * 0.95) - 1];
    }

    private sealed record Learnt(long At, IReadOnlyList<LearnedCost> Costs);
}
