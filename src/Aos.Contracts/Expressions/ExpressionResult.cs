using System.Diagnostics.CodeAnalysis;

namespace Aos.Contracts.Expressions;

/// <summary>What an evaluation came to: a value, or an error. The default is the value null at no cost.</summary>
public readonly struct ExpressionResult
{
    internal ExpressionResult(in ExpressionValue value, ExpressionError? error, int fuelUsed)
    {
        Value = value;
        Error = error;
        FuelUsed = fuelUsed;
    }

    /// <summary>The value; <see cref="ExpressionValue.Null"/> when there is an error.</summary>
    public ExpressionValue Value { get; }

    /// <summary>The error, or null on success.</summary>
    public ExpressionError? Error { get; }

    /// <summary>Units of work spent, as counted against <see cref="ExpressionLimits.FuelMax"/>.</summary>
    public int FuelUsed { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;
}
