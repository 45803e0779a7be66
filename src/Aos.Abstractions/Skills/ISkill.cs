using Aos.Abstractions.Secrets;
using Aos.Contracts.Agents;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Abstractions.Skills;

/// <summary>A versioned capability with a contract.</summary>
/// <remarks>An implementation is safe for concurrent calls. It makes one try: retry, time-outs, budgets and approvals
/// are the kernel's. It reports every expected failure as a <see cref="SkillResult"/>; what it throws is recorded as
/// <c>INTERNAL_ERROR</c>, a defect of the skill. It stops soon after <c>cancel</c>.</remarks>
public interface ISkill
{
    /// <summary>What the skill promises. The same object for the life of the skill.</summary>
    SkillContract Contract { get; }

    /// <summary>Whether the skill never blocks its thread and gives its answer at once, so that it can be called on
    /// the loop of the run. Default: no, it is called on the thread pool.</summary>
    bool IsInline => false;

    /// <summary>What a profile would have to allow for this call, found without making it: each with its place in the
    /// input, the code that the call would end with, and a sentence. Parts of the input that are not known yet are
    /// null. Default: nothing.</summary>
    IReadOnlyList<Problem> FindGaps(SkillCall call) => [];

    /// <summary>What is wrong with an input beyond what its schema says, found without a call when a plan is checked:
    /// each with its place in the input. Parts that are not known yet are null, so a part that is null or missing is no
    /// mistake. Default: nothing.</summary>
    IReadOnlyList<Problem> FindMistakes(Payload input) => [];

    /// <summary>What a call would cost, in each of the ways in which it can be made; asked before each attempt where
    /// the contract's cost says <c>quoted</c>, and in simulations. Asks nobody and changes nothing. Default: what the
    /// contract says, in one way.</summary>
    SkillQuote Quote(SkillCall call) => SkillQuote.Of(new QuotedWay
    {
        Name = "default",
        Code = Contracts.Failures.ErrorCodes.Ok,
        Worst = Contract.Cost?.Worst ?? Money.Zero,
        Expected = Contract.Cost?.Expected ?? Money.Zero,
    });

    /// <summary>Makes one try.</summary>
    /// <param name="call">The input, already checked against the contract, and what the call may use.</param>
    /// <param name="cancel">Ends when the attempt is out of time or the run is stopped. Where the skill then throws,
    /// nobody knows whether the world was changed; where it knows, it fails with <c>CANCELLED</c> and says so.</param>
    ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel);
}

/// <summary>One try of a skill: its input and what it may use.</summary>
public sealed record SkillCall
{
    /// <summary>The input; it matches the contract's input schema.</summary>
    public required Payload Input { get; init; }

    /// <summary>The key under which the world is asked: the same for every try of this call, also after a
    /// crash.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>The effect class that the kernel took for this call.</summary>
    public required EffectClass Effect { get; init; }

    /// <summary>How long the try may take.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Which try this is, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Which of the ways that <see cref="ISkill.Quote"/> named is taken; absent where it was not
    /// asked.</summary>
    public string? Way { get; init; }

    /// <summary>How the try before ended, where it failed; absent for the first.</summary>
    public EarlierTry? Earlier { get; init; }

    /// <summary>Whether the call is only foreseen: parts of the input that are null may be unknown.</summary>
    public bool IsForeseen { get; init; }

    /// <summary>The run; absent for a single call.</summary>
    public RunId? RunId { get; init; }

    /// <summary>The step; absent for a single call.</summary>
    public StepId? StepId { get; init; }

    /// <summary>The tenant.</summary>
    public string Tenant { get; init; } = "local";

    /// <summary>The agent.</summary>
    public string AgentId { get; init; } = "default";

    /// <summary>Entries of <see cref="NetworkSpec.Allow"/>: what may be reached. Empty: nothing.</summary>
    public ValueList<string> Network { get; init; }

    /// <summary>The folder that file skills may use; absent: none.</summary>
    public string? Workspace { get; init; }

    /// <summary>The profile's settings for this skill; absent: none.</summary>
    public Payload? Config { get; init; }

    /// <summary>Gives the secrets that the profile lets the agent use.</summary>
    public ISecretResolver Secrets { get; init; } = NoSecrets.Instance;

    /// <summary>The language models that the profile has, with the prices that hold for the run. Empty: none.</summary>
    public ValueMap<ModelSpec> Models { get; init; }
}

/// <summary>A try that failed, for the one after it.</summary>
/// <param name="Code">The code.</param>
/// <param name="Result">What could be shown of the answer; null: nothing.</param>
/// <param name="Problems">Its mistakes, by place.</param>
/// <param name="Way">The way in which it was made; null: the skill named none.</param>
public sealed record EarlierTry(ErrorCode Code, Payload? Result, ValueList<Problem> Problems, string? Way);

/// <summary>What a call would cost, or why it cannot be made.</summary>
public sealed record SkillQuote
{
    private SkillQuote() { }

    /// <summary><c>OK</c>, or why the call cannot be made in any way.</summary>
    public ErrorCode Code { get; private init; }

    /// <summary>Why it cannot be made.</summary>
    public string? Message { get; private init; }

    /// <summary>Mistakes of the input, by place.</summary>
    public ValueList<Problem> Problems { get; init; }

    /// <summary>The ways, in the order in which they are tried; the names differ. A way without
    /// <see cref="QuotedWay.On"/> behind the first is never taken.</summary>
    public ValueList<QuotedWay> Ways { get; private init; }

    /// <summary>Whether the amounts are guesses, because parts of the input are not known yet: what is expected counts
    /// them as usual, the worst case as the most that they can be.</summary>
    public bool IsUncertain { get; init; }

    /// <summary>It can be made in these ways.</summary>
    public static SkillQuote Of(params ValueList<QuotedWay> ways) =>
        new() { Code = Contracts.Failures.ErrorCodes.Ok, Ways = ways };

    /// <summary>It cannot be made.</summary>
    public static SkillQuote Refused(ErrorCode code, string message) => new() { Code = code, Message = message };
}

/// <summary>How one try of a skill ended.</summary>
public sealed record SkillResult
{
    private SkillResult() { }

    /// <summary>Whether it did what was asked.</summary>
    public bool Succeeded { get; private init; }

    /// <summary>The code: <c>OK</c> on success.</summary>
    public ErrorCode Code { get; private init; }

    /// <summary>The result; on failure what can be shown of the answer, or absent.</summary>
    public Payload? Result { get; init; }

    /// <summary>What happened and what to do. Never secrets.</summary>
    public string? Message { get; init; }

    /// <summary>What lay beneath a failure.</summary>
    public string? Cause { get; init; }

    /// <summary>Whether a failed try changed the world. Unknown unless the skill knows.</summary>
    public EffectState Effect { get; init; }

    /// <summary>How long the other side asked to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What it cost.</summary>
    public Money Cost { get; init; }

    /// <summary>Whether the result came from a cache.</summary>
    public bool CacheHit { get; init; }

    /// <summary>What it changed in the world, in order.</summary>
    public ValueList<SideEffect> SideEffects { get; init; }

    /// <summary>Mistakes of the input, by place.</summary>
    public ValueList<Problem> Problems { get; init; }

    /// <summary>It did what was asked.</summary>
    public static SkillResult Success(Payload result) => new()
    {
        Succeeded = true,
        Code = Contracts.Failures.ErrorCodes.Ok,
        Result = result,
        Effect = EffectState.Happened,
    };

    /// <summary>It did not.</summary>
    /// <param name="code">A code of the taxonomy, or one that the contract declares.</param>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="effect">Whether the world was changed all the same.</param>
    public static SkillResult Failure(ErrorCode code, string message, EffectState effect) =>
        new() { Code = code, Message = message, Effect = effect };
}
