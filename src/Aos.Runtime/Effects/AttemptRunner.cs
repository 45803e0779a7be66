using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Policies;
using Aos.Kernel.Runs;
using Aos.Runtime.Documents;
using Aos.Runtime.Runs;
using Aos.Runtime.Secrets;
using Aos.Runtime.Skills;

namespace Aos.Runtime.Effects;

/// <summary>How an attempt came back, whatever the skill did.</summary>
internal sealed record AttemptResult
{
    public required OutcomeStatus Status { get; init; }

    public required ErrorCode Code { get; init; }

    public string? Message { get; init; }

    public Payload? Result { get; init; }

    public EffectState? Effect { get; init; }

    public long? RetryAfterMs { get; init; }

    public string? Cause { get; init; }

    public ValueList<Problem> Problems { get; init; }

    /// <summary>What it cost; null where nobody knows, so that as much counts as was held for it.</summary>
    public Money? Cost { get; init; }

    public double LatencyMs { get; set; }

    public bool CacheHit { get; init; }

    public ValueList<SideEffect> SideEffects { get; init; }

    public bool Tainted { get; init; }
}

/// <summary>Makes attempts: checks the input, and what comes back. Nothing that a skill does gets past it: not an
/// exception, not a hang, not garbage.</summary>
internal sealed class AttemptRunner(
    ISkillRegistry registry, CompiledSkills schemas, SecretVault secrets, TimeProvider time, IWorkQueue work)
{
    private const int ResultBytesMax = 16 * 1024 * 1024;

    // Far above any real wait, and far below where sums of moments overflow.
    private const double RetryAfterMsMax = 365d * 24 * 3600 * 1000;

    // A million dollars: what is above is a slip of units, and would overflow sums.
    private static readonly Money CostMax = Money.FromCents(100_000_000);

    /// <summary>Measures attempts.</summary>
    public TimeProvider Time => time;

    /// <summary>Where skills get their threads.</summary>
    public IWorkQueue Work => work;

    /// <summary>An attempt that has not begun.</summary>
    public Attempt Prepare(RunEffects effects, Effect.InvokeSkill invocation, SkillCall call, RunState state)
    {
        if (!registry.TryGet(invocation.Skill.Name, invocation.Skill.Version, out var skill))
            return new Attempt(this, effects, invocation, new MissingSkill(invocation.Skill), call);
        var denied = skill.Contract.Secrets.IsEmpty ? null
            : SecretRules.Judge(skill.Contract, state.Contract, invocation.Input, PlannedOf(state, invocation));
        return new Attempt(this, effects, invocation, skill, call) { Denied = denied };
    }

    /// <summary>The input of a call as the plan has it.</summary>
    private static Payload? PlannedOf(RunState state, Effect.InvokeSkill invocation)
    {
        var source = state.Step(invocation.Call.Step)?.Program.Source;
        return invocation.IsFallback && source?.OnFailure is OnFailure.Fallback { Call.Input: { } own }
            ? own : source?.Input;
    }

    /// <summary>Why an attempt cannot be made; null where it can.</summary>
    public AttemptResult? Refuse(Attempt attempt)
    {
        if (attempt.Skill is MissingSkill missing)
            return NotMade(
                ErrorCodes.SkillVersionMissing, $"{missing.Pin.Name}@{missing.Pin.Version} is not registered here.");
        if (attempt.Denied is { } denied)
            return NotMade(denied.Code, $"{Place(denied)}{denied.Message}") with { Problems = [denied] };
        var problems = schemas.CheckInput(attempt.Skill.Contract, attempt.Call.Input);
        return problems.Count == 0 ? null : NotMade(ErrorCodes.InvalidInput,
            $"The input of {attempt.Skill.Contract.Name} does not match its "
                + $"schema: {Place(problems[0])}{problems[0].Message}") with
        { Problems = ValueList.From(problems) };
    }

    /// <summary>What came back, without the secrets that calls were given: no skill and no server can bring one into
    /// the journal.</summary>
    public AttemptResult Clean(AttemptResult result) => secrets.Redactor is not { } redactor ? result : result with
    {
        Message = redactor.Clean(result.Message),
        Cause = redactor.Clean(result.Cause),
        Result = redactor.Clean(result.Result),
        Problems = redactor.Clean(result.Problems),
        SideEffects = redactor.Clean(result.SideEffects),
    };

    /// <summary>What an answer of a skill comes to.</summary>
    public AttemptResult Judge(Attempt attempt, SkillResult? result)
    {
        var skill = attempt.Skill.Contract;
        try
        {
            return result is null ? Defect(skill.Name, "It returned null.") : Check(skill, result);
        }
        catch (Exception error)
        {
            return Defect(skill.Name, $"{error.GetType().Name}: {error.Message}");
        }
    }

    private AttemptResult Check(SkillContract contract, SkillResult result)
    {
        if (result.Cost < Money.Zero || result.Cost > CostMax)
            return Defect(contract.Name, $"It reported a cost of {result.Cost}.");
        if (result.Code.Value is null) return Defect(contract.Name, "It failed without a code.");
        if (!result.Succeeded && result.Code == ErrorCodes.Ok)
            return Defect(contract.Name, "It failed with the code of success.");
        var (value, fault) = ReadResult(contract, result);
        var kept = fault is null && result.Code != ErrorCodes.InvalidOutput ? value : null;
        var returned = Translate(result, contract.Tainted, kept);
        if (fault is null && returned.SideEffects.Count < result.SideEffects.Count)
            fault = new Fault($"{contract.Name} named a side effect without type or target.");
        else if (fault is null && result.Succeeded && schemas.CheckOutput(contract, value!) is { Count: > 0 } problems)
            fault = new Fault($"{contract.Name} returned something that does not match its own schema: "
                + $"{Place(problems[0])}{problems[0].Message}")
            { Problems = problems };
        return fault is null ? returned : Broken(returned, fault);
    }

    private static (Payload? Value, Fault? Fault) ReadResult(SkillContract contract, SkillResult result)
    {
        if (result.Result is not { } given)
            return (null, result.Succeeded ? new Fault($"{contract.Name} returned no result.") : null);
        if (given.IsComplete && given.Utf8.Length > ResultBytesMax)
            return (null,
                new Fault($"{contract.Name} returned {given.Utf8.Length} bytes; at most {ResultBytesMax} are kept.")
                { Code = ErrorCodes.PayloadTooLarge });
        var (value, problem) = StrictPayload.Read(given, StrictPayload.ResultLimits);
        return (value, problem is null ? null : new Fault(
            $"{contract.Name} returned something that is no JSON: {Place(problem)}{problem.Message}")
        {
            Problems = [problem]
        });
    }

    private static AttemptResult Translate(SkillResult result, bool tainted = false, Payload? value = null) => new()
    {
        Status = result.Succeeded ? OutcomeStatus.Success : OutcomeStatus.Failure,
        Code = result.Code,
        Message = ForeignText.Of(result.Message),
        Effect = result.Succeeded ? null : Enum.IsDefined(result.Effect) ? result.Effect : EffectState.Unknown,
        RetryAfterMs = result.RetryAfter is { } wait
            ? (long)Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, RetryAfterMsMax) : null,
        Cause = ForeignText.Of(result.Cause),
        Problems = ForeignText.Of(result.Problems),
        Cost = result.Cost,
        CacheHit = result.CacheHit,
        Result = value,
        Tainted = tainted,
        SideEffects = ForeignText.Of(result.SideEffects),
    };

    // What it did in the world stays recorded; what it returned cannot be relied on.
    private static AttemptResult Broken(AttemptResult returned, Fault fault) => returned with
    {
        Status = OutcomeStatus.Failure,
        Code = fault.Code,
        Message = fault.Message,
        Result = null,
        Effect = returned.Effect ?? EffectState.Happened,
        Problems = ValueList.From(fault.Problems),
    };

    /// <summary>How an attempt ends that was told to stop.</summary>
    public static AttemptResult Stopped(Attempt attempt, bool timedOut, string? cause) => new()
    {
        Status = timedOut ? OutcomeStatus.Failure : OutcomeStatus.Cancelled,
        Code = timedOut ? ErrorCodes.Timeout : ErrorCodes.Cancelled,
        Message = timedOut
            ? $"{attempt.Skill.Contract.Name} took longer than {attempt.Call.Timeout.TotalMilliseconds:0} ms."
            : $"{attempt.Skill.Contract.Name} was stopped on request.",
        Cause = cause,
        Effect = EffectState.Unknown,
    };

    /// <summary>How an attempt ends that was told to stop, and whose skill knows what it did in the world.</summary>
    public static AttemptResult Stopped(Attempt attempt, bool timedOut, SkillResult said)
    {
        var known = Translate(said);
        return Stopped(attempt, timedOut, known.Cause ?? known.Message) with
        {
            Effect = known.Effect,
            SideEffects = known.SideEffects
        };
    }

    private static AttemptResult NotMade(ErrorCode code, string message) => new()
    {
        Status = OutcomeStatus.Failure,
        Code = code,
        Message = message,
        Effect = EffectState.None,
        Cost = Money.Zero,
    };

    /// <summary>How an attempt ends whose skill broke its word.</summary>
    public static AttemptResult Defect(SkillName skill, string cause) => new()
    {
        Status = OutcomeStatus.Failure,
        Code = ErrorCodes.InternalError,
        Message = ForeignText.Of($"{skill} has a defect: {cause}"),
        Cause = ForeignText.Of(cause),
        Effect = EffectState.Unknown,
    };

    private static string Place(Problem problem) => problem.Pointer.Length == 0 ? "" : $"{problem.Pointer}: ";

    /// <summary>Why what came back cannot be relied on.</summary>
    private sealed record Fault(string Message)
    {
        public ErrorCode Code { get; init; } = ErrorCodes.InvalidOutput;

        public IReadOnlyList<Problem> Problems { get; init; } = [];
    }

    /// <summary>Stands for a skill that is not registered; it is never called.</summary>
    private sealed class MissingSkill(SkillPin pin) : ISkill
    {
        public SkillPin Pin => pin;

        public SkillContract Contract => throw new InvalidOperationException($"{pin.Name} is not registered.");

        public ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel) =>
            throw new InvalidOperationException($"{pin.Name} is not registered.");
    }
}
