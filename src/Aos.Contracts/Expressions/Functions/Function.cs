namespace Aos.Contracts.Expressions;

/// <summary>What a function does with its evaluated arguments; a reference is found on the call.</summary>
internal delegate ExpressionValue FunctionBody(
    ref EvaluationState state, CallNode call, ReadOnlySpan<ExpressionValue> arguments);

/// <summary>A built-in function.</summary>
/// <param name="Name">Its name in an expression.</param>
/// <param name="ArgumentsMin">The smallest number of arguments, references included.</param>
/// <param name="ArgumentsMax">The largest.</param>
/// <param name="Body">What it does.</param>
/// <param name="ReferenceAt">Which argument must be a reference; -1 for none.</param>
/// <param name="TakesUnknown">Whether it decides itself what an unknown argument means.</param>
internal sealed record Function(
    string Name,
    int ArgumentsMin,
    int ArgumentsMax,
    FunctionBody Body,
    int ReferenceAt = -1,
    bool TakesUnknown = false);
