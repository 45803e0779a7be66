using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Abstractions.Skills;

/// <summary>What a declared skill returns where it can fail: a value or a <see cref="SkillFailure"/>. Both convert to
/// it, so that a method returns either.</summary>
/// <typeparam name="T">The result.</typeparam>
public sealed record SkillAnswer<T>
{
    private SkillAnswer(T? value, SkillFailure? failure) => (Value, Failure) = (value, failure);

    /// <summary>The result; default where it failed.</summary>
    public T? Value { get; }

    /// <summary>Why it failed; null where it did not.</summary>
    public SkillFailure? Failure { get; }

    /// <summary>What the call cost.</summary>
    public Money Cost { get; init; }

    /// <summary>What it changed in the world, in order.</summary>
    public ValueList<SideEffect> SideEffects { get; init; }

    /// <summary>It did what was asked.</summary>
    public static implicit operator SkillAnswer<T>(T value) => FromValue(value);

    /// <summary>It did not.</summary>
    public static implicit operator SkillAnswer<T>(SkillFailure failure) => FromFailure(failure);

    internal static SkillAnswer<T> FromValue(T value) => new(value, failure: null);

    internal static SkillAnswer<T> FromFailure(SkillFailure failure) => new(default, failure);
}

/// <summary>Makes <see cref="SkillAnswer{T}"/>s where a conversion is not enough.</summary>
public static class SkillAnswer
{
    /// <summary>It did what was asked.</summary>
    public static SkillAnswer<T> Success<T>(T value) => SkillAnswer<T>.FromValue(value);

    /// <summary>It did not.</summary>
    public static SkillAnswer<T> Failure<T>(SkillFailure failure) => SkillAnswer<T>.FromFailure(failure);
}

/// <summary>Why a declared skill did not do what was asked.</summary>
/// <param name="Code">A code of the taxonomy, or one that the skill declares.</param>
/// <param name="Message">What happened and what to do. Never secrets.</param>
public sealed record SkillFailure(ErrorCode Code, string Message)
{
    /// <summary>A failure by the text of its code.</summary>
    /// <exception cref="FormatException">The text is no code.</exception>
    public SkillFailure(string code, string message) : this(ErrorCode.Parse(code), message) { }

    /// <summary>Whether the world was changed all the same. Default: unknown, which stops a step that must not be
    /// repeated.</summary>
    public EffectState Effect { get; init; }

    /// <summary>What lay beneath.</summary>
    public string? Cause { get; init; }

    /// <summary>How long the other side asked to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
