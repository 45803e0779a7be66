using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Budgets;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Simulation.Tests.World;
using Aos.Testing.Runs;
using Aos.Testing.Storage;

namespace Aos.Simulation.Tests.Checks;

/// <summary>Watches what becomes durable, and holds it against what was promised, at each commit and each arrival.
/// Knows nothing of the runtime but its journal.</summary>
internal sealed class Witness(MemoryStoreState store, History history, Money perDay, ValueList<RateLimit> rates)
{
    private readonly Dictionary<RunId, RunWitness> _runs = [];
    private readonly MemoryDocuments _documents = new();
    private readonly Dictionary<long, (RunId Run, RunEvent.Fact Fact)> _posted = [];
    private readonly HashSet<ApprovalId> _approvedByPersons = [];
    private readonly Dictionary<(RunId, StepId, int?), DateTimeOffset> _open = [];
    private readonly Dictionary<(RunId, StepId, int?), SkillName> _asked = [];
    private readonly Dictionary<RateLimit, List<DateTimeOffset>> _slots = [];

    /// <summary>The first promise that was broken; null where none was.</summary>
    public string? Violation { get; private set; }

    /// <summary>The runs with a journal, in order of their beginning.</summary>
    public List<RunWitness> Runs { get; } = [];

    /// <summary>Notes that a promise is broken. The first one counts.</summary>
    public void Violated(string what)
    {
        history.Note($"VIOLATION {what}");
        Violation ??= what;
    }

    public RunWitness? Find(RunId run) => _runs.GetValueOrDefault(run);

    public Money Budget(RunId run) => Find(run)?.State.Contract.Budget ?? Money.Zero;

    /// <summary>A person decides on a request, whatever becomes of the decision.</summary>
    public void Decides(ApprovalId id, bool approved)
    {
        if (approved) _approvedByPersons.Add(id);
    }

    /// <summary>A fact is in the inbox, and its sender is told so: from now on it must not get lost.</summary>
    public void Posted(RunId run, ReadOnlyMemory<byte> fact)
    {
        var kept = store.Inbox.FindLast(item => item.RunId == run && item.Fact.Span.SequenceEqual(fact.Span));
        if (kept is null)
        {
            Violated($"The sender of a fact for {run} was told that it is in the inbox, and it is not.");
            return;
        }
        var read = (RunEvent.Fact)AosJson.Read<RunEvent>(fact.Span);
        _posted[kept.Id] = (run, read);
        PostedCount++;
    }

    /// <summary>How many facts were left in the inbox.</summary>
    public int PostedCount { get; private set; }

    /// <summary>A fact is thrown away: only one that the durable run takes no notice of may be.</summary>
    public void Discarded(long inboxId, DateTimeOffset now)
    {
        if (_posted.Remove(inboxId, out var posted) && Find(posted.Run) is { } run
            && Heeds(run.State, posted.Fact, now))
            Violated($"A {posted.Fact.GetType().Name} of {posted.Run} that was acknowledged was thrown away, though what is durable of the run would heed it.");
    }

    /// <summary>A slice is durable now.</summary>
    public void Committed(JournalSlice slice, string owner, RunRow? before, DateTimeOffset now)
    {
        if (!_runs.TryGetValue(slice.RunId, out var run))
        {
            if (slice.AfterSeq != 0) Violated($"{slice.RunId} begins with event {slice.AfterSeq + 1}.");
            _runs[slice.RunId] = run = new RunWitness(slice.RunId, _documents, Violated);
            Runs.Add(run);
        }
        else if (before?.Owner != owner)
            Violated($"{owner} wrote to {slice.RunId}, which belongs to {before?.Owner} since epoch {before?.Epoch}.");
        if (slice.Count > 0 && slice.AfterSeq != run.State.Seq)
            Violated($"{slice.RunId} goes on with event {slice.AfterSeq + 1} after event {run.State.Seq}.");
        var events = Decode(slice);
        var earlier = run.State;
        run.Take(events, _approvedByPersons);
        CheckLedger();
        if (!rates.IsEmpty) CheckRates(run, events);
        foreach (var id in slice.Consumed) Consumed(id, events, earlier, run.State, now);
        if (events.Exists(e => e is RunEvent.RunRecovered)) CheckInbox(slice.RunId);
        foreach (var e in events)
            history.Note(
                $"journal: {owner} {slice.RunId} {++run.Shown} {System.Text.Encoding.UTF8.GetString(AosJson.Write(e))}");
    }

    // The books of the ledger against the journals, in every committed state: what open runs hold, what others have
    // spent, and that it never exceeds the limit of a day.
    private void CheckLedger()
    {
        var days = new SortedDictionary<string, (Money Held, Money Spent)>(StringComparer.Ordinal);
        foreach (var run in Runs)
        {
            if (run.State.Submitted?.Hold is not { } hold) continue;
            var (held, spent) = days.GetValueOrDefault(hold.Day);
            days[hold.Day] = run.State.Ended is null ? (held + hold.Amount, spent) : (held, spent + run.State.Spent);
        }
        foreach (var (day, (held, spent)) in days)
        {
            var booked = store.Ledger.Where(pair => pair.Key.Scope == LedgerScope.Tenant && pair.Key.Start == day)
                .Select(pair => pair.Value).FirstOrDefault();
            if (booked != (held, spent))
                Violated($"The ledger of {day} holds {booked.Held} and has spent {booked.Spent}; its runs hold {held} and have spent {spent}.");
            if (held + spent > perDay) Violated($"Of {perDay} for {day}, {spent} are spent and {held} held.");
        }
    }

    // Every attempt under a rate has a slot of its own, which it is made in; and of no rate are more slots given than
    // it has.
    private void CheckRates(RunWitness run, IReadOnlyList<RunEvent> events)
    {
        foreach (var e in events)
        {
            if (e is RunEvent.SlotAnswered { Booked: true } answered)
            {
                _open[(run.RunId, answered.StepId, answered.Item)] = answered.SlotAt;
                Count(_asked[(run.RunId, answered.StepId, answered.Item)], answered.SlotAt);
            }
            if (e is RunEvent.SlotRequested requested)
                _asked[(run.RunId, requested.StepId, requested.Item)] = requested.Skill;
            if (e is not RunEvent.AttemptStarted started || !rates.Any(rate => Holds(rate, started.Skill))) continue;
            if (!_open.Remove((run.RunId, started.StepId, started.Item), out var slot))
                Violated($"{run.RunId} {started.StepId} attempt {started.Attempt} began without a slot.");
            else if (started.At < slot || started.At > slot.AddSeconds(1))
                Violated($"{run.RunId} {started.StepId} attempt {started.Attempt} began at {started.At:O}; its slot was {slot:O}.");
        }
    }

    private void Count(SkillName skill, DateTimeOffset slot)
    {
        foreach (var rate in rates)
        {
            if (!Holds(rate, skill)) continue;
            if (!_slots.TryGetValue(rate, out var slots)) _slots[rate] = slots = [];
            slots.Add(slot);
            foreach (var start in slots)
                if (slots.Count(at => at >= start && at < start.AddSeconds(rate.PerSeconds)) is var found
                    && found > rate.Calls)
                    Violated($"{found} calls of {rate.Skill?.Value ?? "any skill"} have slots in {rate.PerSeconds} s from {start:O}; {rate.Calls} may.");
        }
    }

    private static bool Holds(RateLimit rate, SkillName skill) => rate.Skill is not { } one || one.Name == skill;

    /// <summary>A request arrives at the remote world.</summary>
    public void Arrived(Arrival arrival, IReadOnlyList<Arrival> before)
    {
        var waits = arrival.IsPaid || arrival.Effect is not (EffectClass.Pure or EffectClass.Read);
        var attempt = Find(arrival.Call.Run)?.Attempt(arrival.Call, arrival.Attempt);
        if (waits && attempt is null)
            Violated($"{arrival.Call} attempt {arrival.Attempt} reached the world, but its start is not durable.");
        foreach (var earlier in before)
        {
            if (earlier.Call != arrival.Call) continue;
            if (earlier.Attempt == arrival.Attempt && arrival.Effect is not (EffectClass.Pure or EffectClass.Read))
                Violated($"{arrival.Call} attempt {arrival.Attempt} reached the world twice.");
            if (arrival.Effect == EffectClass.Once && !Find(arrival.Call.Run)!.MayRepeat(earlier.Call, earlier.Attempt))
                Violated($"{arrival.Call} is made once, and came as attempt {arrival.Attempt} though what became of attempt {earlier.Attempt} was not known.");
        }
    }

    /// <summary>A report was shown: what it says must be durable.</summary>
    public void Shown(RunReport report)
    {
        var run = Find(report.RunId);
        if (run is null) Violated($"{report.RunId} was reported, but nothing of it is durable.");
        else if (report.Code is not null
            && report.Status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled
            && run.State.Ended?.Status != report.Status)
            Violated($"{report.RunId} was reported as {report.Status}, but that is not durable.");
        else if (report.Cost > run.State.Spent)
            Violated($"{report.RunId} was reported to have cost {report.Cost}, but {run.State.Spent} is durable.");
    }

    // Whoever takes a run over finds everything that was left for it and not taken.
    private void CheckInbox(RunId run)
    {
        foreach (var (id, posted) in _posted)
            if (posted.Run == run && Find(run)!.State.Ended is null && !store.Inbox.Exists(item => item.Id == id))
                Violated($"A {posted.Fact.GetType().Name} of {run} was acknowledged; it is neither in the inbox nor in the journal.");
    }

    // A fact leaves the inbox with the events that hold it, or where the run takes no notice of it.
    private void Consumed(long id, IReadOnlyList<RunEvent> events, RunState before, RunState after, DateTimeOffset now)
    {
        if (!_posted.Remove(id, out var posted) || events.Any(e => e.GetType() == posted.Fact.GetType())) return;
        if (Heeds(before, posted.Fact, now) && Heeds(after, posted.Fact, now))
            Violated($"A {posted.Fact.GetType().Name} of {posted.Run} was removed from the inbox with events that do not hold it.");
    }

    // When the run looked at it is between its last event and now. Whether a decision is in time goes by when it was
    // made.
    private static bool Heeds(RunState state, RunEvent.Fact fact, DateTimeOffset now)
    {
        if (state.Submitted is null) return false;
        if (fact is RunEvent.ApprovalDecided decided) fact = decided with { DecidedAt = decided.At };
        return !RunKernel.Advance(state, fact with { At = state.LastAt }).Events.IsEmpty
            && (now <= state.LastAt || !RunKernel.Advance(state, fact with { At = now }).Events.IsEmpty);
    }

    private List<RunEvent> Decode(JournalSlice slice)
    {
        var events = new List<RunEvent>();
        foreach (var line in slice.Events.Span.Split((byte)'\n'))
        {
            if (slice.Events.Span[line].IsEmpty) continue;
            var e = AosJson.Read<RunEvent>(slice.Events.Span[line]);
            if (e is RunEvent.RunSubmitted submitted)
                _documents.Add(AosJson.Read<RunSettings>(store.Blobs[submitted.Settings]));
            if (e is RunEvent.PlanAccepted accepted)
                _documents.Add(AosJson.Read<PinnedPlan>(store.Blobs[accepted.Plan]));
            events.Add(e);
        }
        return events;
    }
}
