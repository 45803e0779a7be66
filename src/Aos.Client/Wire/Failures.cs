using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;

namespace Aos.Client.Wire;

/// <summary>Makes the outcomes that no server gave.</summary>
internal sealed class Failures(Uri server, TimeProvider time)
{
    public StructuredOutcome Unreachable(string why) =>
        Of(ErrorCodes.ServerUnreachable, $"The server at {server} cannot be reached: {Sentence(why)}");

    public StructuredOutcome Late(TimeSpan timeout) =>
        Of(ErrorCodes.ServerTimeout, $"The server at {server} did not answer within {timeout.TotalSeconds:0.###} s.");

    public StructuredOutcome Unknown(string why) =>
        Of(ErrorCodes.ServerUnknown,
            $"What answers at {server} is no server of AOS that this client can read: {Sentence(why)}");

    public StructuredOutcome Success() => new()
    {
        Status = OutcomeStatus.Success,
        Code = ErrorCodes.Ok,
        Timestamp = time.GetUtcNow(),
    };

    private static string Sentence(string why) => why.EndsWith('.') ? why : why + ".";

    private StructuredOutcome Of(ErrorCode code, string message)
    {
        var entry = FailureIndex.BuiltIn.Match(code)!;
        return new StructuredOutcome
        {
            Status = OutcomeStatus.Failure,
            Code = code,
            Message = message,
            Failure = new FailureInfo
            {
                Code = code,
                Category = entry.Category,
                Retryable = entry.Category == FailureCategory.Transient,
                Suggestions = entry.Suggestions,
            },
            NextActions = new NextActions { Suggested = [entry.Cure] },
            Timestamp = time.GetUtcNow(),
        };
    }
}
