using System.Collections.Immutable;
using Aos.Abstractions.Storage;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Skills;
using Aos.Simulation.Tests.Checks;
using Aos.Simulation.Tests.Plants;
using Aos.Simulation.Tests.Pump;
using Aos.Testing.Storage;

namespace Aos.Simulation.Tests.World;

/// <summary>What is to be simulated.</summary>
internal sealed record SimulationSpec
{
    public required ulong Seed { get; init; }

    /// <summary>What the order of everything that is ready follows from. Default: the seed.</summary>
    public ulong? OrderSeed { get; init; }

    /// <summary>The scenario. Default: the one of the seed.</summary>
    public Scenario? Scenario { get; init; }

    public ImmutableHashSet<FaultPlace> LeftOut { get; init; } = [];

    public Func<Plant>? Plant { get; init; }

    public bool KeepsHistory { get; init; }
}

/// <summary>One simulated world: two machines over one store, the remote world, people, and what goes wrong. First
/// faults happen, and nothing promised may break; then they stop, and every run must come to its end.</summary>
internal sealed class Simulation
{
    private static readonly TimeSpan FaultsEnd = TimeSpan.FromSeconds(12);
    private const long StepsMax = 400_000;

    private readonly ImmutableArray<Node> _nodes;
    private readonly HashSet<RunId> _admitted = [];
    private readonly HashSet<RunId> _refused = [];
    private readonly Dice _dice;

    public Simulation(SimulationSpec spec)
    {
        Seed = spec.Seed;
        Scenario = spec.Scenario ?? Scenario.FromSeed(spec.Seed);
        Plant = spec.Plant?.Invoke();
        var asked = Scenario.Runs.Sum(run => run.BudgetCents);
        Tenant = new TenantProfile
        {
            Budget = new TenantBudget
            {
                PerDay = Money.FromCents(
                    !Scenario.IsHostile ? 10 * asked : Dice.Hash(Seed, "tenant") % 3 == 0 ? asked * 6 / 10 : 2_000)
            },
        };
        _dice = new Dice(Dice.Hash(Seed, "director"));
        Pump = new WorkPump(Dice.Hash(spec.OrderSeed ?? Seed, "order"));
        History = new History(Pump, spec.KeepsHistory);
        Outside = new ProcessContext(Pump, "outside");
        Time = new VirtualTime(Pump, Outside);
        Faults = new Faults(Seed, spec.LeftOut)
        {
            AreOn = true,
            Observer = place => History.Note($"fault: {place}"),
        };
        State = new MemoryStoreState();
        Witness = new Witness(State, History, Tenant.Budget!.PerDay!.Value, Scenario.Rates);
        World = new RemoteWorld(Seed, Scenario, Faults, Time, History) { Witness = Witness };
        Skills = SkillRegistry.Create(SimulatedSkill.All(World, Plant));
        _nodes = [new Node(this, "a"), new Node(this, "b")];
    }

    public ulong Seed { get; }

    public Scenario Scenario { get; }

    public Plant? Plant { get; }

    /// <summary>Who pays. In every third simulation not all runs fit into the day.</summary>
    public TenantProfile Tenant { get; }

    public WorkPump Pump { get; }

    public History History { get; }

    /// <summary>The process of everything that is no process of AOS. It never dies.</summary>
    public ProcessContext Outside { get; }

    public VirtualTime Time { get; }

    public Faults Faults { get; }

    public MemoryStoreState State { get; }

    public Witness Witness { get; }

    public RemoteWorld World { get; }

    /// <summary>The skills of every process.</summary>
    public SkillRegistry Skills { get; }

    public bool IsRecovering { get; private set; }

    public RunRow? Row(RunId runId) => State.RunsById.GetValueOrDefault(runId)?.Row;

    /// <summary>Simulates; null where every promise was kept.</summary>
    public string? Run()
    {
        var before = SynchronizationContext.Current;
        try
        {
            Outside.Do(Begin);
            while (Witness.Violation is null && !IsOver())
            {
                if (Pump.Steps > StepsMax)
                    Witness.Violated($"The world does not come to rest within {StepsMax} steps.");
                else if (!Pump.Step()) Witness.Violated("Nothing will ever happen again, and not every run has ended.");
            }
            if (Witness.Violation is null) CheckEnds();
            return Witness.Violation;
        }
        catch (Exception error)
        {
            return $"The simulation broke: {error}";
        }
        finally
        {
            Pump.End();
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>A node that is not held up, drawn by a number; null where none is there.</summary>
    public Node? AnyNode(ulong draw)
    {
        var fit = _nodes.Where(node => node.IsAlive && !node.IsHeld).ToList();
        return fit.Count == 0 ? null : fit[(int)(draw % (ulong)fit.Count)];
    }

    public void StartLater(Node node) =>
        Time.After(TimeSpan.FromMilliseconds(Faults.AreOn ? _dice.Between(1, 3_000) : 100), node.Start);

    /// <summary>A call of the runtime came back.</summary>
    public void Answered(string who, Answer<RunReport> answer)
    {
        History.Note(
            $"{who}: {answer.Value?.RunId} {answer.Value?.Status} {answer.Outcome.Code} {answer.Outcome.Message}");
        if (answer.Value is { } report) Witness.Shown(report);
        Answered(who, answer.Outcome);
    }

    public void Answered(string who, StructuredOutcome outcome)
    {
        if (outcome.Code == ErrorCodes.InternalError)
            Witness.Violated($"{who}: {outcome.Message} {outcome.Failure?.Cause}");
        if (outcome.Code == ErrorCodes.HistoryTampered || outcome.Code == ErrorCodes.StorageCorrupt)
            Witness.Violated($"{who}: {outcome.Message}");
    }

    private void Begin()
    {
        foreach (var node in _nodes) node.Start();
        foreach (var run in Scenario.Runs)
        {
            Time.After(TimeSpan.FromMilliseconds(run.SubmitAfterMs), () => Submit(run, tries: 0));
            if (run.CancelAfterMs is { } after) Time.After(TimeSpan.FromMilliseconds(after), () => Cancel(run));
        }
        new People(this).Begin();
        if (Scenario.IsHostile) PlanTrouble();
        Time.After(FaultsEnd, StopFaults);
    }

    // Whoever submits a run goes on until he hears that it was admitted; the key makes it one run all the same.
    private void Submit(ScenarioRun run, int tries)
    {
        if (_admitted.Contains(run.RunId)) return;
        var draw = Dice.Hash(Seed, run.Key, tries);
        AnyNode(draw)?.Do(runtime => SubmitAsync(runtime, run));
        if (Faults.Strikes(new FaultPlace(FaultKind.AskedTwice, $"{run.Key} {tries}"), 300, out _))
            AnyNode(draw >> 8)?.Do(runtime => SubmitAsync(runtime, run));
        Time.After(TimeSpan.FromMilliseconds(2_500), () => Submit(run, tries + 1));
    }

    private async Task SubmitAsync(AosRuntime runtime, ScenarioRun run)
    {
        var answer = await runtime.SubmitAsync(run.Request, CancellationToken.None);
        Answered($"submit {run.Number}", answer);
        // Whoever is told that there is no money left for the day comes again, but not for ever.
        if (answer.Outcome.Code == ErrorCodes.TenantBudgetExceeded && IsRecovering) _refused.Add(run.RunId);
        if (answer.Value is not { } report) return;
        if (report.RunId != run.RunId) Witness.Violated($"{run.Key} became {report.RunId}, not {run.RunId}.");
        if (!_admitted.Add(run.RunId)) return;
        // The one who submitted stays on the line where the run is worked on.
        Answered($"wait {run.Number}", await runtime.WaitAsync(run.RunId, CancellationToken.None));
    }

    private void Cancel(ScenarioRun run)
    {
        AnyNode(Dice.Hash(Seed, "cancel", run.Number))?.Do(async runtime =>
        {
            var posted = Witness.PostedCount;
            var outcome = await runtime.CancelAsync(run.RunId, "director", null, CancellationToken.None);
            Heard($"cancel {run.Number}", outcome, posted);
        });
    }

    /// <summary>A decision that was acknowledged is in the inbox.</summary>
    public void Heard(string who, StructuredOutcome outcome, int postedBefore)
    {
        History.Note($"{who}: {outcome.Code} {outcome.Message}");
        Answered(who, outcome);
        if (outcome.Status == OutcomeStatus.Success && Witness.PostedCount == postedBefore)
            Witness.Violated($"{who} was acknowledged, but nothing was left for the run.");
    }

    private void PlanTrouble()
    {
        for (var second = 0; second < FaultsEnd.TotalSeconds - 1; second++)
            foreach (var node in _nodes)
            {
                var at = TimeSpan.FromMilliseconds(second * 1_000 + _dice.Below(1_000));
                if (Faults.Strikes(FaultKind.Crash, 60)) Time.After(at, node.Kill);
                if (Faults.Strikes(FaultKind.Pause, 40, out var pause))
                    Time.After(at, () => node.Pause(TimeSpan.FromMilliseconds(pause.Between(10, 9_000))));
                if (Scenario.Rates.IsEmpty && Faults.Strikes(FaultKind.ClockJump, 30, out var jump))
                    Time.After(at, () => node.Jump(TimeSpan.FromMilliseconds(jump.Between(-90_000, 90_000))));
            }
    }

    private void StopFaults()
    {
        History.Note($"faults stop");
        Faults.AreOn = false;
        IsRecovering = true;
        // Who was held up past his hold on his runs knows by now, and begins anew.
        foreach (var node in _nodes) node.Recover();
        Recover(TimeSpan.FromSeconds(1));
    }

    private void Recover(TimeSpan wait)
    {
        foreach (var node in _nodes)
        {
            node.Start();
            node.Resume();
        }
        foreach (var run in Witness.Runs)
            if (Row(run.RunId)?.Status == RunStatus.Quarantined) AnyNode(0)?.Release(run.RunId);
        Time.After(wait, () => Recover(TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, TimeSpan.FromSeconds(60).Ticks))));
    }

    // Half a minute after the last: whatever is still on its way arrives by then.
    private long _restAt;

    private bool IsOver()
    {
        if (!IsRecovering || Scenario.Runs.Any(run => Witness.Find(run.RunId) is null && !_refused.Contains(run.RunId)))
            return IsLost();
        foreach (var run in Witness.Runs)
            if (run.State.Ended is null) return IsLost();
        if (_restAt == 0) _restAt = Pump.Now + TimeSpan.FromSeconds(10).Ticks;
        return Pump.Now >= _restAt;
    }

    // The longest run has 240 s; grace, jumps of the clock and recovery come on top.
    private bool IsLost()
    {
        if (Pump.Now < TimeSpan.FromMinutes(15).Ticks) return false;
        var open = Scenario.Runs
            .Where(run => !_refused.Contains(run.RunId) && Witness.Find(run.RunId) is not { State.Ended: not null })
            .Select(run => $"{run.RunId} ({Witness.Find(run.RunId)?.State.WaitingFor?.ToString() ?? "running"})");
        Witness.Violated($"Faults stopped long ago, and these runs have not ended: {string.Join(", ", open)}.");
        return true;
    }

    private void CheckEnds()
    {
        foreach (var run in Witness.Runs) run.CheckEnd(World);
        var checker = new Node(this, "checker");
        checker.Start();
        var isDone = false;
        checker.Do(async runtime =>
        {
            foreach (var run in Witness.Runs) await CheckAsync(runtime, run);
            foreach (var finding in await new MemoryStore(State).CheckAsync(CancellationToken.None))
                Witness.Violated(finding);
            isDone = true;
        });
        while (!isDone && Witness.Violation is null && Pump.Step()) { }
    }

    private async Task CheckAsync(AosRuntime runtime, RunWitness run)
    {
        var replay = await runtime.ReplayAsync(run.RunId, "verify", CancellationToken.None);
        if (replay.Value is not { Parity: true } parity)
            Witness.Violated($"{run.RunId} does not replay: {replay.Outcome.Message} {replay.Value?.FirstDivergence}");
        else if (parity.EventsCompared != run.Journal.Count)
            Witness.Violated(
                $"{run.RunId} has {parity.EventsCompared} events in the store; {run.Journal.Count} were committed.");
        var report = await runtime.ReportAsync(run.RunId, CancellationToken.None);
        if (report.Value is not { } told) Witness.Violated($"{run.RunId} cannot be reported: {report.Outcome.Message}");
        else if (told.Status != run.State.Status || told.Cost != run.State.Spent
            || told.BehaviourDigest != run.State.Ended!.BehaviourDigest)
            Witness.Violated($"{run.RunId} is reported as {told.Status} at {told.Cost}; its journal says {run.State.Status} at {run.State.Spent}.");
        if (Row(run.RunId) is { } row
            && (row.Status != run.State.Status || row.Cost != run.State.Spent || row.Seq > run.State.Seq))
            Witness.Violated($"{run.RunId} is listed as {row.Status} at {row.Cost}; its journal says {run.State.Status} at {run.State.Spent}.");
        foreach (var approval in State.Approvals)
            if (approval.RunId == run.RunId && approval.Status == ApprovalStatus.Open)
                Witness.Violated($"{approval.Id} is open, though {run.RunId} has ended.");
    }
}
