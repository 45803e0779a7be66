using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Runtime;

/// <summary>Makes the outcomes of calls of the runtime.</summary>
internal sealed class Outcomes(FailureIndex catalog, TimeProvider time)
{
    public StructuredOutcome Success(Payload? result = null, RunId? run = null) => new()
    {
        RunId = run,
        Status = OutcomeStatus.Success,
        Code = ErrorCodes.Ok,
        Result = result,
        Timestamp = time.GetUtcNow(),
    };

    public StructuredOutcome Failure(ErrorCode code, string message, IEnumerable<Problem>? problems = null,
        RunId? run = null, string? cause = null) => new()
        {
            RunId = run,
            Status = OutcomeStatus.Failure,
            Code = code,
            Message = message,
            Failure = RunReporter.Explain(catalog, code, returned: null) with
            {
                Cause = cause,
                Details = ValueList.From(problems ?? []),
            },
            NextActions = catalog.Match(code) is { } entry ? new NextActions { Suggested = [entry.Cure] } : null,
            Timestamp = time.GetUtcNow(),
        };

    public Answer<T> Refuse<T>(ErrorCode code, string message, IEnumerable<Problem>? problems = null, RunId? run = null)
        where T : class => new(null, Failure(code, message, problems, run));

    public Answer<T> Of<T>(T value, Payload? result = null, RunId? run = null) where T : class =>
        new(value, Success(result, run));
}
