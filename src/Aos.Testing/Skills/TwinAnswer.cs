using System.Diagnostics.CodeAnalysis;
using System.Text;
using Aos.Abstractions.Skills;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Testing.Skills;

/// <summary>How a <see cref="ScriptedSkill"/> answers one call. Immutable.</summary>
public sealed record TwinAnswer
{
    private TwinAnswer(Func<SkillCall, CancellationToken, ValueTask<SkillResult>> give) => Give = give;

    internal Func<SkillCall, CancellationToken, ValueTask<SkillResult>> Give { get; }

    internal TimeSpan Delay { get; private init; }

    /// <summary>Success with a JSON result.</summary>
    /// <param name="result">The result.</param>
    /// <param name="cents">What the call costs.</param>
    public static TwinAnswer Ok([StringSyntax(StringSyntaxAttribute.Json)] string result = "{}", decimal cents = 0) =>
        Of(SkillResult.Success(
            Payload.FromUtf8(Encoding.UTF8.GetBytes(result))) with
        { Cost = Money.FromCents(cents) });

    /// <summary>Failure with a code.</summary>
    /// <param name="code">The code.</param>
    /// <param name="effect">Whether the world was changed all the same.</param>
    /// <param name="retryAfter">How long the world asks to wait.</param>
    public static TwinAnswer Fail(string code, EffectState effect = EffectState.None, TimeSpan? retryAfter = null) =>
        Of(SkillResult.Failure(
            ErrorCode.Parse(code), $"The script says {code}.", effect) with
        { RetryAfter = retryAfter });

    /// <summary>Any result.</summary>
    public static TwinAnswer Of(SkillResult result) => new((_, _) => ValueTask.FromResult(result));

    /// <summary>The world is changed, but the answer never arrives: the connection is cut.</summary>
    public static TwinAnswer Lost() => Fail("CONNECTION_RESET", EffectState.Unknown);

    /// <summary>Throws.</summary>
    public static TwinAnswer Throws(Exception error) => new((_, _) => throw error);

    /// <summary>Never answers, and stops when it is told to.</summary>
    public static TwinAnswer Hangs() => new(async (_, cancel) =>
        await new TaskCompletionSource<SkillResult>().Task.WaitAsync(cancel).ConfigureAwait(false));

    /// <summary>Never answers, and does not stop either.</summary>
    public static TwinAnswer HangsForever() =>
        new((_, _) => new ValueTask<SkillResult>(new TaskCompletionSource<SkillResult>().Task));

    /// <summary>Answers when a task of the test has ended, with what that gives.</summary>
    public static TwinAnswer When(Task<TwinAnswer> answer) => new(async (call, cancel) =>
        await (await answer.WaitAsync(cancel).ConfigureAwait(false)).Give(call, cancel).ConfigureAwait(false));

    /// <summary>Answers by code of the test's own.</summary>
    public static TwinAnswer By(Func<SkillCall, CancellationToken, ValueTask<SkillResult>> code) => new(code);

    /// <summary>The same answer, later.</summary>
    /// <param name="delay">How long the skill takes, on its clock.</param>
    public TwinAnswer After(TimeSpan delay) => this with { Delay = delay };
}
