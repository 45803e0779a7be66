using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
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
    /// <summary>How long a skill may take to stop once it was told to.</summary>
    private static readonly TimeSpan CleanupTime = TimeSpan.FromSeconds(2);

    private const int ResultBytesMax = 16 * 1024 * 1024;

    /// <summary>Makes one attempt.</summary>
    /// <param name="request">The skill and its input.</param>
    /// <param name="cancel">Ends when the attempt is to be stopped.</param>
    public async ValueTask<AttemptResult> RunAsync(AttemptRequest request, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var result = await MakeAsync(request, cancel).ConfigureAwait(false);
        return result with { LatencyMs = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 3) };
    }

    private async ValueTask<AttemptResult> MakeAsync(AttemptRequest request, CancellationToken cancel)
    {
        if (!registry.TryGet(request.Skill, request.Version, out var skill))
            return NotMade(ErrorCodes.SkillVersionMissing, $"{request.Skill}@{request.Version} is not registered here.");
        var problems = schemas.CheckInput(skill.Contract, request.Call.Input);
        if (problems.Count > 0)
            return NotMade(ErrorCodes.InvalidInput, $"The input of {request.Skill} does not match its schema: "
                + $"{Place(problems[0])}{problems[0].Message}") with { Problems = ValueList.From(problems) };

        using var stop = new CancellationTokenSource(request.Call.Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, cancel);
        try
        {
            var result = await InvokeAsync(skill, request.Call, linked.Token).ConfigureAwait(false);
            return result is null ? Stopped(request, stop, cause: "The skill did not stop when it was told to.")
                : Check(skill.Contract, result);
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            return Stopped(request, stop, cause: null);
        }
        catch (Exception error)
        {
            return Defect(request.Skill, $"{error.GetType().Name}: {error.Message}");
        }
    }

    /// <summary>Calls the skill; null where it did not come back in time, and is left to itself.</summary>
    private async ValueTask<SkillResult?> InvokeAsync(ISkill skill, SkillCall call, CancellationToken stop)
    {
        if (skill.IsInline) return await skill.InvokeAsync(call, stop).ConfigureAwait(false);

        // On the pool, so that a skill that blocks its thread holds up nobody else.
        var work = Task.Run(async () => await skill.InvokeAsync(call, stop).ConfigureAwait(false), CancellationToken.None);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (stop.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), stopped))
            await Task.WhenAny(work, stopped.Task).ConfigureAwait(false);
        if (!work.IsCompleted)
        {
            using var given = new CancellationTokenSource();
            await Task.WhenAny(work, Task.Delay(CleanupTime, time, given.Token)).ConfigureAwait(false);
            await given.CancelAsync().ConfigureAwait(false);
        }
        if (work.IsCompleted) return await work.ConfigureAwait(false);
        // Its fate no longer matters, but its exception must not go unobserved.
        _ = work.ContinueWith(static late => late.Exception, CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return null;
    }

    private AttemptResult Check(SkillContract contract, SkillResult result)
    {
        if (result.Cost < Money.Zero) return Defect(contract.Name, $"It reported a cost of {result.Cost}.");
        var returned = Translate(result);
        if (result.Code.Value is null) return Defect(contract.Name, "It failed without a code.");
        if (!TryRead(result.Result, out var unreadable))
            return Broken(returned, $"{contract.Name} returned something that is no JSON: {unreadable}", []);
        if (result.Result?.Utf8.Length > ResultBytesMax)
            return Broken(returned, $"{contract.Name} returned {result.Result.Utf8.Length} bytes; at most {ResultBytesMax} "
                + "are kept.", []) with { Code = ErrorCodes.PayloadTooLarge };
        if (!result.Succeeded) return returned;
        if (result.Result is null) return Broken(returned, $"{contract.Name} returned no result.", []);
        var problems = schemas.CheckOutput(contract, result.Result);
        return problems.Count == 0 ? returned : Broken(returned,
            $"{contract.Name} returned something that does not match its own schema: {Place(problems[0])}{problems[0].Message}",
            problems);
    }

    private static bool TryRead(Payload? payload, out string? mistake)
    {
        mistake = null;
        try
        {
            _ = payload?.Element;
            return true;
        }
        catch (System.Text.Json.JsonException error)
        {
            mistake = error.Message;
            return false;
        }
    }

    private static AttemptResult Translate(SkillResult result) => new()
    {
        Status = result.Succeeded ? OutcomeStatus.Success : OutcomeStatus.Failure,
        Code = result.Code,
        Message = result.Message,
        Result = result.Result,
        Effect = result.Succeeded ? null : result.Effect,
        RetryAfterMs = result.RetryAfter is { } wait ? (long)Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, long.MaxValue / 2) : null,
        Cause = result.Cause,
        Problems = result.Problems,
        Cost = result.Cost,
        SideEffects = result.SideEffects,
    };

    // What it did in the world stays recorded; what it returned cannot be relied on.
    private static AttemptResult Broken(AttemptResult returned, string message, IReadOnlyList<Problem> problems) => returned with
    {
        Status = OutcomeStatus.Failure,
        Code = ErrorCodes.InvalidOutput,
        Message = message,
        Result = null,
        Effect = EffectState.Happened,
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
        Message = $"{skill} has a defect: {cause}",
        Cause = cause,
        Effect = EffectState.Unknown,
    };

    private static string Place(Problem problem) => problem.Pointer.Length == 0 ? "" : $"{problem.Pointer}: ";
}
