using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime.Documents;
using Aos.Runtime.Skills;

namespace Aos.Runtime.Effects;

/// <summary>What an attempt is made with.</summary>
internal sealed record AttemptRequest
{
    public required SkillName Skill { get; init; }

    public required SkillVersion Version { get; init; }

    public required SkillCall Call { get; init; }
}

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

    public Money Cost { get; init; }

    public double LatencyMs { get; init; }

    public ValueList<SideEffect> SideEffects { get; init; }
}

/// <summary>Makes attempts: checks the input, calls the skill under its time, checks what comes back. Nothing that a
/// skill does gets past it: not an exception, not a hang, not garbage.</summary>
internal sealed class AttemptRunner(ISkillRegistry registry, CompiledSkills schemas, TimeProvider time)
{
    private const int ResultBytesMax = 16 * 1024 * 1024;

    // Far above any real wait, and far below where sums of moments overflow.
    private const double RetryAfterMsMax = 365d * 24 * 3600 * 1000;

    // A million dollars: what is above is a slip of units, and would overflow sums.
    private static readonly Money CostMax = Money.FromCents(100_000_000);

    /// <summary>Makes one attempt.</summary>
    /// <param name="request">The skill and its input.</param>
    /// <param name="cancel">Ends when the attempt is to be stopped.</param>
    public async ValueTask<AttemptResult> RunAsync(AttemptRequest request, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        AttemptResult result;
        try
        {
            result = await MakeAsync(request, cancel).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            result = Defect(request.Skill, $"{error.GetType().Name}: {error.Message}");
        }
        return result with { LatencyMs = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 3) };
    }

    private async ValueTask<AttemptResult> MakeAsync(AttemptRequest request, CancellationToken cancel)
    {
        if (!registry.TryGet(request.Skill, request.Version, out var skill))
            return NotMade(ErrorCodes.SkillVersionMissing, $"{request.Skill}@{request.Version} is not registered here.");
        var problems = schemas.CheckInput(skill.Contract, request.Call.Input);
        if (problems.Count > 0)
            return NotMade(ErrorCodes.InvalidInput, $"The input of {request.Skill} does not match its schema: "
                + $"{Place(problems[0])}{problems[0].Message}") with
            { Problems = ValueList.From(problems) };

        using var timeout = new CancellationTokenSource(request.Call.Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            var ended = await Supervision.CallAsync(told => skill.InvokeAsync(request.Call, told), skill.IsInline, time, stop.Token)
                .ConfigureAwait(false);
            if (!ended.Returned) return Stopped(request, timeout, cause: "The skill did not stop when it was told to.");
            // An answer that comes in the time for stopping is late, but true: what it says is better than not knowing.
            return ended.Value is { } result ? Check(skill.Contract, result) : Defect(request.Skill, "It returned null.");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Stopped(request, timeout, cause: null);
        }
    }

    private AttemptResult Check(SkillContract contract, SkillResult result)
    {
        if (result.Cost < Money.Zero || result.Cost > CostMax) return Defect(contract.Name, $"It reported a cost of {result.Cost}.");
        if (result.Code.Value is null) return Defect(contract.Name, "It failed without a code.");
        if (!result.Succeeded && result.Code == ErrorCodes.Ok) return Defect(contract.Name, "It failed with the code of success.");
        var returned = Translate(result);
        if (returned.SideEffects.Count < result.SideEffects.Count)
            returned = Broken(returned, $"{contract.Name} named a side effect without type or target.", []);
        if (result.Result is null)
            return result.Succeeded ? Broken(returned, $"{contract.Name} returned no result.", []) : returned;
        if (result.Result is { IsComplete: true } payload && payload.Utf8.Length > ResultBytesMax)
            return Broken(returned, $"{contract.Name} returned {payload.Utf8.Length} bytes; at most {ResultBytesMax} "
                + "are kept.", []) with
            { Code = ErrorCodes.PayloadTooLarge };
        var (value, problem) = StrictPayload.Read(result.Result, StrictPayload.ResultLimits);
        if (value is null)
            return Broken(returned, $"{contract.Name} returned something that is no JSON: {Place(problem!)}{problem!.Message}", [problem]);
        if (returned.Status != OutcomeStatus.Success)
            return returned.Code == ErrorCodes.InvalidOutput ? returned : returned with { Result = value };
        var problems = schemas.CheckOutput(contract, value);
        return problems.Count == 0 ? returned with { Result = value } : Broken(returned,
            $"{contract.Name} returned something that does not match its own schema: {Place(problems[0])}{problems[0].Message}",
            problems);
    }

    private static AttemptResult Translate(SkillResult result) => new()
    {
        Status = result.Succeeded ? OutcomeStatus.Success : OutcomeStatus.Failure,
        Code = result.Code,
        Message = ForeignText.Of(result.Message),
        Effect = result.Succeeded ? null : Enum.IsDefined(result.Effect) ? result.Effect : EffectState.Unknown,
        RetryAfterMs = result.RetryAfter is { } wait ? (long)Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, RetryAfterMsMax) : null,
        Cause = ForeignText.Of(result.Cause),
        Problems = ForeignText.Of(result.Problems),
        Cost = result.Cost,
        SideEffects = ForeignText.Of(result.SideEffects),
    };

    // What it did in the world stays recorded; what it returned cannot be relied on.
    private static AttemptResult Broken(AttemptResult returned, string message, IReadOnlyList<Problem> problems) => returned with
    {
        Status = OutcomeStatus.Failure,
        Code = ErrorCodes.InvalidOutput,
        Message = message,
        Result = null,
        Effect = returned.Effect ?? EffectState.Happened,
        Problems = ValueList.From(problems),
    };

    private static AttemptResult Stopped(AttemptRequest request, CancellationTokenSource timeout, string? cause)
    {
        var timedOut = timeout.IsCancellationRequested;
        return new AttemptResult
        {
            Status = timedOut ? OutcomeStatus.Failure : OutcomeStatus.Cancelled,
            Code = timedOut ? ErrorCodes.Timeout : ErrorCodes.Cancelled,
            Message = timedOut
                ? $"{request.Skill} took longer than {request.Call.Timeout.TotalMilliseconds:0} ms."
                : $"{request.Skill} was stopped on request.",
            Cause = cause,
            Effect = EffectState.Unknown,
        };
    }

    private static AttemptResult NotMade(ErrorCode code, string message) => new()
    {
        Status = OutcomeStatus.Failure,
        Code = code,
        Message = message,
        Effect = EffectState.None,
    };

    private static AttemptResult Defect(SkillName skill, string cause) => new()
    {
        Status = OutcomeStatus.Failure,
        Code = ErrorCodes.InternalError,
        Message = ForeignText.Of($"{skill} has a defect: {cause}"),
        Cause = ForeignText.Of(cause),
        Effect = EffectState.Unknown,
    };

    private static string Place(Problem problem) => problem.Pointer.Length == 0 ? "" : $"{problem.Pointer}: ";
}
