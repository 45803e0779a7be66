using System.Diagnostics.CodeAnalysis;
using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Budgets;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;
using Aos.Runtime.Budgets;
using Aos.Runtime.Documents;
using Aos.Runtime.Effects;
using Aos.Runtime.Failures;
using Aos.Runtime.Journals;
using Aos.Runtime.Queries;
using Aos.Runtime.Runs;
using Aos.Runtime.Secrets;
using Aos.Runtime.Skills;

namespace Aos.Runtime;

/// <summary>The runtime: runs goals and plans, answers questions about them, simulates and replays them.</summary>
/// <remarks>Every call ends in an outcome; only cancellation of the call itself throws
/// (<see cref="OperationCanceledException"/>). Cancelling a call never cancels a run: <see cref="CancelAsync"/> does.
/// Thread-safe. Disposing stops working on open runs and leaves them to be resumed.</remarks>
public sealed partial class AosRuntime : IAsyncDisposable
{
    private readonly RunServices _services;
    private readonly RunHost _host;
    private readonly Admission _admission;
    private readonly IRunIdSource _ids;
    private readonly Outcomes _outcomes;
    private readonly Ledger _ledger;
    private readonly FailureHistory _failures;
    private readonly JournalWriter _writer;
    private readonly Compaction _compaction;
    private readonly Followers _followers = new();
    private bool _skillsRecorded;

    /// <summary>Puts a runtime together. The store stays the caller's to dispose, after the runtime.</summary>
    public AosRuntime(AosRuntimeParts parts)
    {
        var time = parts.Time;
        var tenancies = new Tenancies(parts.Tenant);
        _ = tenancies.Of(null);
        var offered = new OfferedSkills(parts.Skills, new RuntimeQuerySkill(AnswerAsync));
        var skills = new CompiledSkills(offered);
        var source = new StoreSource(parts.Store);
        var documents = new DocumentCache(source);
        var work = parts.Work;
        var secrets = new SecretVault(parts.Secrets);
        _writer = new JournalWriter(parts.Store, work, time, _followers, parts.Metrics);
        _outcomes = new Outcomes(new FailureIndex(parts.Catalog), time);
        _services = new RunServices
        {
            Store = parts.Store,
            Registry = offered,
            Skills = skills,
            Planners = parts.Planners,
            Documents = documents,
            Reader = new JournalReader(source, documents),
            Work = work,
            Writer = _writer,
            Attempts = new AttemptRunner(offered, skills, secrets, time, work),
            Quotes = new QuoteRunner(offered, time, work),
            Secrets = secrets,
            Planning = new PlannerRunner(parts.Planners, offered, skills, documents, secrets, time, work),
            Catalog = parts.Catalog,
            GivenPrices = parts.Prices,
            Rules = parts.Rules,
            Time = time,
            Clock = new ClockGuard(time, parts.Logger),
            Rates = new RateBook(parts.Store),
            Tenancies = tenancies,
            Metrics = parts.Metrics,
            TraceContents = parts.TraceContents,
            Announces = parts.Announces,
            CrashesMax = Math.Max(1, parts.CrashesMax),
        };
        _host = new RunHost(_services, parts.Logger);
        parts.Metrics?.Watch(() => _writer.Depth, () => _host.Loaded, () => _host.InFlight);
        _compaction = new Compaction(parts.Store, time, parts.Logger, work);
        _ids = parts.Ids ?? new RunIds(time);
        _admission = new Admission(_services, _outcomes, _ids, parts.Policies);
        _failures = new FailureHistory(parts.Store, time);
        _ledger = new Ledger(_services, new LearnedCosts(parts.Store, offered, time));
    }

    /// <summary>The contracts of the skills that every runtime offers of itself, beside those of its host.</summary>
    public static IReadOnlyList<SkillContract> OwnSkills => [RuntimeQuerySkill.OwnContract];

    /// <summary>The skills that can be called.</summary>
    public ISkillRegistry Skills => _services.Registry;

    /// <summary>The failure catalog that new runs are pinned to.</summary>
    public FailureCatalog Catalog => _services.Catalog;

    /// <summary>The runs that this process works on.</summary>
    public IEnumerable<RunId> OpenRuns => _host.Open;

    /// <summary>Calls that this process has in flight: attempts, and questions to planners.</summary>
    public int CallsInFlight => _host.InFlight;

    /// <summary>Why this runtime begins nothing more and every run of it has stopped: an append failed, and another
    /// process has to read what was written. Null while it works.</summary>
    public StructuredOutcome? Failure =>
        _writer.Failure is { } failure ? _outcomes.Failure(failure.Code, failure.Message) : null;

    /// <summary>How many of them are in memory: those that wait for longer than a moment are not.</summary>
    public int RunsInMemory => _host.Loaded;

    internal RunHost Host => _host;

    /// <summary>Admits a run and starts it. It is durable when this returns.</summary>
    public ValueTask<Answer<RunReport>> SubmitAsync(RunRequest request, CancellationToken cancel) =>
        GuardAsync(async () =>
    {
        var (loop, answer) = await StartAsync(request, cancel).ConfigureAwait(false);
        return loop is null ? answer : Report(loop.Shown);
    });

    /// <summary>Waits until a run that this process works on has ended, or waits for somebody, and reports
    /// it.</summary>
    /// <remarks>A run of another process is reported as it stands.</remarks>
    public ValueTask<Answer<RunReport>> WaitAsync(RunId runId, CancellationToken cancel) => GuardAsync(async () =>
    {
        while (await _host.FindOrLoadAsync(runId, cancel).ConfigureAwait(false) is { } loop)
        {
            await loop.WhenSettledAsync(cancel).ConfigureAwait(false);
            // It left the memory while it still goes on by itself: it is followed there.
            if (!loop.IsUnloaded || !loop.Shown.GoesOnByItself) return Report(loop.Shown);
        }
        return await ReportAsync(runId, cancel).ConfigureAwait(false);
    });

    /// <summary>Admits a run and waits for it: <see cref="SubmitAsync"/>, then <see cref="WaitAsync"/>; or follows the
    /// run that was begun with the same key, wherever it is worked on (<see cref="FollowAsync"/>).</summary>
    public ValueTask<Answer<RunReport>> RunAsync(RunRequest request, CancellationToken cancel) => GuardAsync(async () =>
    {
        var (loop, answer) = await StartAsync(request, cancel).ConfigureAwait(false);
        if (loop is null)
            return answer.Value is { } same ? await FollowAsync(same.RunId, cancel).ConfigureAwait(false) : answer;
        await loop.WhenSettledAsync(cancel).ConfigureAwait(false);
        return Report(loop.Shown);
    });

    /// <summary>Waits for a run as <see cref="WaitAsync"/> does, also for one that another process works on, for as
    /// long as that process lives.</summary>
    /// <remarks>A run whose process is gone is reported as it stands: <see cref="ResumeAsync"/> goes on with
    /// it.</remarks>
    public ValueTask<Answer<RunReport>> FollowAsync(RunId runId, CancellationToken cancel) => GuardAsync(async () =>
    {
        if (_host.Find(runId) is null)
        {
            using var timer = new PeriodicTimer(FollowInterval, _services.Time);
            while (await IsBusyElsewhereAsync(runId, cancel).ConfigureAwait(false)
                && await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false))
            {
                // It goes on there.
            }
        }
        return await WaitAsync(runId, cancel).ConfigureAwait(false);
    });

    /// <summary>Reports a run as its journal has it.</summary>
    public ValueTask<Answer<RunReport>> ReportAsync(RunId runId, CancellationToken cancel) => GuardAsync(async () =>
        await FoldAsync(runId, cancel).ConfigureAwait(false) is { } state
            ? Report(state, await _services.Store.FindRunAsync(runId, cancel).ConfigureAwait(false))
            : UnknownRun<RunReport>(runId));

    /// <summary>Goes on with a run whose process is gone, or with all of them, and waits for each as
    /// <see cref="WaitAsync"/> does.</summary>
    /// <remarks>A run that one more crash would quarantine goes first and alone, until it has got further: a crash that
    /// another run causes is never put down to it. A quarantined run is not resumed; <see cref="ReleaseAsync"/> does
    /// that.</remarks>
    /// <returns>A report for each run that was taken on, or the outcome that says why it was not.</returns>
    public async ValueTask<IReadOnlyList<Answer<RunReport>>> ResumeAsync(RunId? runId, CancellationToken cancel)
    {
        var (adopted, answers) = await TakeOnAsync(runId, cancel).ConfigureAwait(false);
        foreach (var id in adopted) answers.Add(await WaitOrRefuseAsync(id, cancel).ConfigureAwait(false));
        return answers;
    }

    /// <summary>Takes on every open run whose process is gone, as <see cref="ResumeAsync"/> does, and does not wait for
    /// them. To be called again and again by a process that stays.</summary>
    /// <returns>Why runs were not taken on; those that other processes work on are not among them.</returns>
    public async ValueTask<IReadOnlyList<StructuredOutcome>> AdoptAsync(CancellationToken cancel) =>
        [.. (await TakeOnAsync(runId: null, cancel).ConfigureAwait(false)).Refused.Select(answer => answer.Outcome)];

    /// <summary>Takes on a run as <see cref="ResumeAsync"/> does, and does not wait for it. A run that this process
    /// works on is reported as it stands.</summary>
    public ValueTask<Answer<RunReport>> BeginResumeAsync(RunId runId, CancellationToken cancel) =>
        GuardAsync(() => AdoptAsync(runId, release: false, cancel));

    private async ValueTask<(List<RunId> Adopted, List<Answer<RunReport>> Refused)> TakeOnAsync(
        RunId? runId, CancellationToken cancel)
    {
        var adopted = new List<RunId>();
        var answers = new List<Answer<RunReport>>();
        // All that wait are this process's from here on; those with nothing to do are not even read.
        if (runId is null && await TakeOverWaitingAsync(adopted, cancel).ConfigureAwait(false) is { } failure)
            answers.Add(failure);
        var open = runId is { } only
            ? new([(only, false)], _outcomes.Success()) : await OpenRunsAsync(cancel).ConfigureAwait(false);
        // A store that cannot be read is one reason for all of them, and a process that stays asks again.
        if (open.Value is null) answers.Add(new Answer<RunReport>(null, open.Outcome));
        foreach (var (id, isSuspect) in open.Value ?? [])
        {
            if (runId is null && (_host.IsUnloaded(id) || adopted.Contains(id))) continue;
            var answer = await GuardAsync(() => AdoptAsync(id, release: false, cancel)).ConfigureAwait(false);
            if (answer.Value is not null) adopted.Add(id);
            else if (runId is not null || answer.Outcome.Code != ErrorCodes.RunOwned) answers.Add(answer);
            if (isSuspect && _host.Find(id) is { } alone) await alone.WhenClearedAsync(cancel).ConfigureAwait(false);
        }
        return (adopted, answers);
    }

    /// <summary>Takes on a run that was quarantined, after what was wrong with it is mended, or that is held since its
    /// store was restored, and waits for it as <see cref="WaitAsync"/> does. The crashes that were counted are
    /// forgiven.</summary>
    /// <returns>Its report, or the outcome that says why it stays where it is.</returns>
    public ValueTask<Answer<RunReport>> ReleaseAsync(RunId runId, CancellationToken cancel) => GuardAsync(async () =>
    {
        var answer = await BeginReleaseAsync(runId, cancel).ConfigureAwait(false);
        return answer.Value is null ? answer : await WaitAsync(runId, cancel).ConfigureAwait(false);
    });

    /// <summary>Takes on a run as <see cref="ReleaseAsync"/> does, and does not wait for it.</summary>
    public ValueTask<Answer<RunReport>> BeginReleaseAsync(RunId runId, CancellationToken cancel) =>
        GuardAsync(async () =>
    {
        if (await _services.Store.FindRunAsync(runId, cancel)
            .ConfigureAwait(false) is { Status: not RunStatus.Quarantined } row)
            return _outcomes.Refuse<RunReport>(ErrorCodes.InvalidArgument,
                $"Run {runId} is not quarantined; it is {row.Status.ToString().ToLowerInvariant()}.", run: runId);
        return await AdoptAsync(runId, release: true, cancel).ConfigureAwait(false);
    });

    private async ValueTask<Answer<RunReport>?> TakeOverWaitingAsync(List<RunId> adopted, CancellationToken cancel)
    {
        try
        {
            adopted.AddRange(await _host.TakeOverWaitingAsync(cancel).ConfigureAwait(false));
            return null;
        }
        catch (Exception error) when (Failed(error) is { } outcome)
        {
            return new Answer<RunReport>(null, outcome);
        }
    }

    // A waiting run is taken over without being read: that it must be left alone shows when it is.
    private async ValueTask<Answer<RunReport>> WaitOrRefuseAsync(RunId id, CancellationToken cancel)
    {
        var answer = await WaitAsync(id, cancel).ConfigureAwait(false);
        return answer.Value is { Status: RunStatus.Quarantined }
            && await _services.Store.FindRunAsync(id, cancel)
                .ConfigureAwait(false) is { Status: RunStatus.Quarantined } row
            ? _outcomes.Refuse<RunReport>(ErrorCodes.RunQuarantined, Quarantine.Describe(row), run: id)
            : answer;
    }

    /// <summary>Asks to cancel a run. Its owner stops it; a run without an owner is taken on and stopped here, also one
    /// that is quarantined or held: none of its calls is made again.</summary>
    public ValueTask<StructuredOutcome> CancelAsync(RunId runId, string by, string? reason, CancellationToken cancel) =>
        PostAsync(
            runId, new RunEvent.CancelRequested { At = _services.Now, By = by, Reason = reason }, adopt: true, cancel);

    /// <summary>Says what became of an attempt whose outcome is unknown.</summary>
    public ValueTask<StructuredOutcome> SettleAsync(RunId runId, StepId step, int? item, bool happened, Payload? result,
        string by, string? reason, CancellationToken cancel) => GuardAsync(async () =>
    {
        if (result is not null && !TryReadStrictly(ref result, out var problem)) return problem;
        var state = await FoldAsync(runId, cancel).ConfigureAwait(false);
        if (state is null) return UnknownRun<RunReport>(runId).Outcome;
        if (state.Step(step) is not { } known)
            return _outcomes.Failure(ErrorCodes.UnknownStep, RunQueries.NoSuchStep(state, step.Value), run: runId);
        if (RunQueries.WhyNotSettled(known, item) is { } mistake)
            return _outcomes.Failure(ErrorCodes.InvalidArgument, mistake, run: runId);
        if (result is not null && RefuseResult(runId, known, item, result) is { } unfit) return unfit;
        return await PostAsync(runId, new RunEvent.OutcomeSettled
        {
            At = _services.Now,
            StepId = step,
            Item = item,
            Happened = happened,
            Result = result,
            By = by,
            Reason = reason,
        }, adopt: false, cancel).ConfigureAwait(false);
    });

    // What a person says that a call returned is held to what the call may return.
    private StructuredOutcome? RefuseResult(RunId runId, StepState step, int? item, Payload result)
    {
        var call = step.Calls.First(call => call.Key.Item == item);
        var pin = (call.IsFallback ? step.Program.Fallback : step.Program.Main)!.Skill;
        if (!_services.Registry.TryGet(pin.Name, pin.Version, out var skill))
            return _outcomes.Failure(ErrorCodes.SkillVersionMissing,
                $"{pin.Name}@{pin.Version}, whose result this is to be, is not registered here.", run: runId);
        var problems = _services.Skills.CheckOutput(skill.Contract, result);
        return problems.Count == 0 ? null : _outcomes.Failure(ErrorCodes.SchemaViolation,
            $"A result of {pin.Name} {problems[0].Message}{(problems[0].Pointer.Length == 0 ? "" : $" at {problems[0].Pointer}")}.", problems, run: runId);
    }

    /// <summary>Starts nothing new, and waits until what is in flight has come back and is in the journal. To be called
    /// before the runtime is disposed of, which ends what is still in flight then.</summary>
    /// <param name="atMost">How long to wait. RELIABILITY names 25 seconds.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>Whether nothing is in flight any more.</returns>
    /// <remarks>Who waits for an open run is told that this runtime was closed. What comes from outside in the
    /// meantime, such as a decision, stays in the store for the next owner.</remarks>
    public async ValueTask<bool> DrainAsync(TimeSpan atMost, CancellationToken cancel)
    {
        using var time = new CancellationTokenSource(atMost, _services.Time);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        await _host.DrainAsync(enough.Token).ConfigureAwait(false);
        return CallsInFlight == 0;
    }

    /// <summary>Stops working on open runs, which can then be resumed elsewhere.</summary>
    public async ValueTask DisposeAsync()
    {
        var open = OpenRuns.ToList();
        await _host.DisposeAsync().ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _compaction.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _services.Store.ReleaseManyAsync(open, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            // The store has failed, as its callers know: the lock of this process frees the runs when it ends.
        }
    }

    /// <summary>Starts a run; or gives the run that is there already, or the outcome that says why it may not
    /// run.</summary>
    private async ValueTask<(RunLoop? Loop, Answer<RunReport> Answer)> StartAsync(
        RunRequest request, CancellationToken cancel)
    {
        var admitted = _admission.Admit(request, refuseGaps: true);
        if (admitted.Value is not { } run) return (null, new Answer<RunReport>(null, admitted.Outcome));
        if (run.Submitted.Request is { } digest
            && await FindSameAsync(run, digest, cancel).ConfigureAwait(false) is { } same)
            return (null, same);
        if (await RefuseSkillsAsync(cancel).ConfigureAwait(false) is { } refused)
            return (null, new Answer<RunReport>(null, refused));
        _compaction.Start();
        if (!run.IsFree) run = await HoldAsync(run, cancel).ConfigureAwait(false);
        try
        {
            if (await _host.StartAsync(run).ConfigureAwait(false) is { } loop) return (loop, default);
        }
        catch (StoreException full) when (IsOverLimit(full) && run.Submitted.Hold is { } hold)
        {
            return (null, await RefuseAsync<RunReport>(run.Submitted.Tenant, run.Submitted.AgentId, hold, cancel)
                .ConfigureAwait(false));
        }
        catch (StoreException lost) when (lost.Code == ErrorCodes.RunOwned && run.Submitted.Request is not null)
        {
            // Another process was faster with the same key: its run is the run.
        }
        // Two calls with one key at a time: the first began the run, this one finds it.
        await _host.WhenAdmittedAsync(run.Submitted.RunId, cancel).ConfigureAwait(false);
        return (null, run.Submitted.Request is { } key
            && await FindSameAsync(run, key, cancel).ConfigureAwait(false) is { } found
            ? found
            : _outcomes.Refuse<RunReport>(
                ErrorCodes.RunOwned, $"Run {run.Submitted.RunId} is there already.", run: run.Submitted.RunId));
    }

    private async ValueTask<Admitted> HoldAsync(Admitted run, CancellationToken cancel) => run with
    {
        Submitted =
            run.Submitted with { Hold = await _ledger.HoldForAsync(run.Submitted, cancel).ConfigureAwait(false) },
    };

    private static bool IsOverLimit(StoreException failure) => failure.Code == ErrorCodes.TenantBudgetExceeded;

    private async ValueTask<Answer<T>> RefuseAsync<T>(
        string tenant, string agent, RunHold hold, CancellationToken cancel) where T : class =>
        new(null, await _ledger.RefuseAsync(tenant, agent, hold, _outcomes, cancel).ConfigureAwait(false));

    /// <summary>Records the contracts of the registered skills, once, before anything runs; the outcome says which of
    /// them are published with another contract. Null where all is well.</summary>
    private async ValueTask<StructuredOutcome?> RefuseSkillsAsync(CancellationToken cancel)
    {
        if (Volatile.Read(ref _skillsRecorded)) return null;
        var problems = await SkillCatalog.RecordAsync(Skills, _services.Store, cancel).ConfigureAwait(false);
        if (!problems.IsEmpty) return _outcomes.Failure(ErrorCodes.ContractChanged, problems[0].Message, problems);
        Volatile.Write(ref _skillsRecorded, true);
        return null;
    }

    private async ValueTask<Answer<RunReport>> AdoptAsync(RunId id, bool release, CancellationToken cancel)
    {
        if (await _services.Store.FindRunAsync(id, cancel).ConfigureAwait(false) is not { } row)
            return UnknownRun<RunReport>(id);
        if (row.IsEnded) return await ReportAsync(id, cancel).ConfigureAwait(false);
        if (row.Status == RunStatus.Quarantined && !release)
            return _outcomes.Refuse<RunReport>(ErrorCodes.RunQuarantined, Quarantine.Describe(row), run: id);
        if (await RefuseSkillsAsync(cancel).ConfigureAwait(false) is { } refused)
            return new Answer<RunReport>(null, refused);
        var adoption = await _host.AdoptAsync(id, release, requireSkills: true, cancel).ConfigureAwait(false);
        _compaction.Start();
        // A run that this process is just beginning is in the store before this process has heard so.
        if (adoption.Loop is not null && await _host.WhenAdmittedAsync(id, cancel).ConfigureAwait(false) is { } loop)
            return Report(loop.Shown);
        if (adoption.Code is { } code) return _outcomes.Refuse<RunReport>(code, adoption.Why!, run: id);
        // Ended in the meantime, it is reported like any other.
        return await _services.Store.FindRunAsync(id, cancel).ConfigureAwait(false) is { IsEnded: true }
            ? await ReportAsync(id, cancel).ConfigureAwait(false)
            : _outcomes.Refuse<RunReport>(ErrorCodes.RunOwned, $"Another process works on run {id}.", run: id);
    }

    /// <summary>Whether another process works on a run, and it waits for nobody.</summary>
    private async ValueTask<bool> IsBusyElsewhereAsync(RunId id, CancellationToken cancel)
    {
        if (await _services.Store.FindRunAsync(id, cancel).ConfigureAwait(false) is not { IsEnded: false } row
            || row.Status == RunStatus.Quarantined
            || !await _services.Store.IsOwnedAsync(id, cancel).ConfigureAwait(false)) return false;
        // A step that waits for somebody does not keep the others from being tried again.
        return row.Status == RunStatus.Running || row.WaitingFor == WaitReason.Timer
            || await FoldAsync(id, cancel).ConfigureAwait(false) is { IsBackingOff: true };
    }

    private async ValueTask<Answer<RunReport>?> FindSameAsync(Admitted run, Digest request, CancellationToken cancel)
    {
        if (await FoldAsync(run.Submitted.RunId, cancel).ConfigureAwait(false) is not { } known) return null;
        return known.Submitted!.Request == request
            ? Report(known)
            : _outcomes.Refuse<RunReport>(ErrorCodes.IdempotencyConflict,
                $"The idempotency key was used for run {run.Submitted.RunId} with another goal, plan, input or agent.",
                run: run.Submitted.RunId);
    }

    /// <summary>The open runs, oldest first, but those before all others that one more crash would
    /// quarantine.</summary>
    private ValueTask<Answer<IReadOnlyList<(RunId Id, bool IsSuspect)>>> OpenRunsAsync(CancellationToken cancel) =>
        GuardAsync(async () =>
    {
        var open = new List<(RunId Id, bool IsSuspect)>();
        RunId? before = null;
        while (true)
        {
            var page = await _services.Store.ListRunsAsync(new RunFilter
            {
                Statuses = [RunStatus.Running, RunStatus.Waiting],
                Before = before,
                Limit = 1_000,
            }, cancel).ConfigureAwait(false);
            open.AddRange(page.Select(row => (row.RunId, IsSuspect: _host.IsSuspect(row))));
            if (page.Count < 1_000) break;
            before = page[^1].RunId;
        }
        open.Reverse();
        return new Answer<IReadOnlyList<(RunId Id, bool IsSuspect)>>(
            [.. open.OrderByDescending(run => run.IsSuspect)], _outcomes.Success());
    });

    private ValueTask<StructuredOutcome> PostAsync(
        RunId runId, RunEvent.Fact fact, bool adopt, CancellationToken cancel) => GuardAsync(async () =>
    {
        if (await _services.Store.FindRunAsync(runId, cancel).ConfigureAwait(false) is not { } row)
            return UnknownRun<RunReport>(runId).Outcome;
        if (row.IsEnded)
            return _outcomes.Failure(
                ErrorCodes.InvalidArgument,
                $"Run {runId} has ended: {row.Status.ToString().ToLowerInvariant()}.", run: runId);
        if (!await _services.Store.PostAsync(runId, AosJson.Write<RunEvent>(fact), cancel).ConfigureAwait(false))
            return _outcomes.Failure(ErrorCodes.InvalidArgument, $"Run {runId} ended in the meantime.", run: runId);
        // Also a run that is quarantined: the cancellation comes first, so that it makes no call.
        if (_host.Find(runId) is not { IsAlive: true } && !_host.IsUnloaded(runId) && adopt
            && (await _host.AdoptAsync(
                runId, release: row.Status == RunStatus.Quarantined, requireSkills: false, cancel, cancelFirst: true)
                    .ConfigureAwait(false))
                is { Code: { } code } refused)
            return _outcomes.Failure(code, $"{refused.Why} What was asked for is kept until then.", run: runId);
        if (_host.Find(runId) is { IsAlive: true } || _host.IsUnloaded(runId))
            await _host.PollAsync(cancel).ConfigureAwait(false);
        return _outcomes.Success(run: runId);
    });

    private bool TryReadStrictly(ref Payload value, [NotNullWhen(false)] out StructuredOutcome? refused)
    {
        var (read, problem) = StrictPayload.Read(value, JsonLimits.Default);
        refused = problem is null
            ? null : _outcomes.Failure(ErrorCodes.InvalidJson, $"{problem.Pointer}: {problem.Message}", [problem]);
        value = read ?? value;
        return problem is null;
    }

    private async ValueTask<RunState?> FoldAsync(RunId runId, CancellationToken cancel)
    {
        var journal = await _services.Reader.ReadAsync(runId, cancel).ConfigureAwait(false);
        return journal is null ? null : RunState.Fold(_services.Documents, journal.Events);
    }

    private Answer<RunReport> Report(RunState state, RunRow? row = null)
    {
        var report = RunReporter.Report(state, _services.Now);
        // Quarantine is about the run's hosts, so the journal does not know of it.
        if (row?.Status == RunStatus.Quarantined)
            report = report with { Status = row.Status, WaitingFor = null, Code = row.Code, Message = row.Reason };
        return _outcomes.Of(report, run: report.RunId);
    }

    private Answer<T> UnknownRun<T>(RunId runId) where T : class =>
        _outcomes.Refuse<T>(
            ErrorCodes.UnknownRun, $"There is no run {runId} in this store; `aos runs` lists them.", run: runId);

    private async ValueTask<Answer<T>> GuardAsync<T>(Func<ValueTask<Answer<T>>> call) where T : class
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception error) when (Failed(error) is { } outcome)
        {
            return new Answer<T>(null, outcome);
        }
    }

    private async ValueTask<StructuredOutcome> GuardAsync(Func<ValueTask<StructuredOutcome>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception error) when (Failed(error) is { } outcome)
        {
            return outcome;
        }
    }

    /// <summary>What went wrong beneath, as an outcome; null for a cancelled call.</summary>
    private StructuredOutcome? Failed(Exception error) => error switch
    {
        OperationCanceledException => null,
        StoreException store => _outcomes.Failure(store.Code, store.Message),
        _ => _outcomes.Failure(ErrorCodes.InternalError, $"AOS has a defect: {error.Message}", cause: error.ToString()),
    };
}
