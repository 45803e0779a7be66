using System.Diagnostics.CodeAnalysis;
using System.Text;
using Aos.Abstractions.Skills;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Testing.Skills;

/// <summary>How a <see cref="ScriptedSkill"/> answers one call. Immutable.</summary>
public sealed record SkillAnswer
{
    private SkillAnswer(Func<SkillCall, CancellationToken, ValueTask<SkillResult>> give) => Give = give;

    internal Func<SkillCall, CancellationToken, ValueTask<SkillResult>> Give { get; }

    internal TimeSpan Delay { get; private init; }

    /// <summary>Success with a JSON result.</summary>
    /// <param name="result">The result.</param>
    /// <param name="cents">What the call costs.</param>
    public static SkillAnswer Ok([StringSyntax(StringSyntaxAttribute.Json)] string result = "{}", decimal cents = 0) =>
        Of(SkillResult.Success(Payload.FromUtf8(Encoding.UTF8.GetBytes(result))) with { Cost = Money.FromCents(cents) });

    /// <summary>Failure with a code.</summary>
    /// <param name="code">The code.</param>
    /// <param name="effect">Whether the world was changed all the same.</param>
    /// <param name="retryAfter">How long the world asks to wait.</param>
    public static SkillAnswer Fail(string code, EffectState effect = EffectState.None, TimeSpan? retryAfter = null) =>
        Of(SkillResult.Failure(ErrorCode.Parse(code), $"The script says {code}.", effect) with { RetryAfter = retryAfter });

    /// <summary>Any result.</summary>
    public static SkillAnswer Of(SkillResult result) => new((_, _) => ValueTask.FromResult(result));

    /// <summary>The world is changed, but the answer never arrives: the connection is cut.</summary>
    public static SkillAnswer Lost() => Fail("CONNECTION_RESET", EffectState.Unknown);

    /// <summary>Throws.</summary>
    public static SkillAnswer Throws(Exception error) => new((_, _) => throw error);

    /// <summary>Never answers, and stops when it is told to.</summary>
    public static SkillAnswer Hangs() => new(async (_, cancel) =>
        await new TaskCompletionSource<SkillResult>().Task.WaitAsync(cancel).ConfigureAwait(false));

    /// <summary>Never answers, and does not stop either.</summary>
    public static SkillAnswer HangsForever() => new((_, _) => new ValueTask<SkillResult>(new TaskCompletionSource<SkillResult>().Task));

    /// <summary>Answers when a task of the test has ended, with what that gives.</summary>
    public static SkillAnswer When(Task<SkillAnswer> answer) => new(async (call, cancel) =>
        await (await answer.WaitAsync(cancel).ConfigureAwait(false)).Give(call, cancel).ConfigureAwait(false));

    /// <summary>Answers by code of the test's own.</summary>
    public static SkillAnswer By(Func<SkillCall, CancellationToken, ValueTask<SkillResult>> code) => new(code);

    /// <summary>The same answer, later.</summary>
    /// <param name="delay">How long the skill takes, on its clock.</param>
    public SkillAnswer After(TimeSpan delay) => this with { Delay = delay };
}
