using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Cli.Invocation;

/// <summary>Ends a command: what was asked cannot be done. Caught once, in <see cref="CommandLine"/>.</summary>
/// <param name="outcome">Why: printed as it is under <c>--json</c>.</param>
/// <param name="document">The document whose places the outcome's details name, where there is one.</param>
internal sealed class Refusal(StructuredOutcome outcome, SourceDocument? document = null) : Exception(outcome.Message)
{
    public StructuredOutcome Outcome { get; } = outcome;

    public SourceDocument? Document { get; } = document;

    /// <summary>A refusal that the command line itself decides on.</summary>
    public static Refusal Of(ErrorCode code, string message, IEnumerable<Problem>? problems = null,
        SourceDocument? document = null) => new(Describe(code, message, problems), document);

    /// <summary>An argument that is missing or wrong.</summary>
    public static Refusal Argument(string message) => Of(ErrorCodes.InvalidArgument, message);

    public static StructuredOutcome Describe(ErrorCode code, string message, IEnumerable<Problem>? problems = null,
        string? cause = null) => new()
        {
            Status = OutcomeStatus.Failure,
            Code = code,
            Message = message,
            Failure = RunReporter.Explain(FailureIndex.BuiltIn, code, returned: null) with
            {
                Details = ValueList.From(problems ?? []),
                Cause = cause,
            },
            NextActions = FailureIndex.BuiltIn.Match(code) is { } entry
                ? new NextActions { Suggested = [entry.Cure] } : null,
            Timestamp = TimeProvider.System.GetUtcNow(),
        };
}
