using Aos.Contracts;
using Aos.Contracts.Outcomes;

namespace Aos.Server.Api;

/// <summary>An answer that is ready to be written.</summary>
internal abstract record Reply
{
    private Reply()
    {
    }

    /// <summary>JSON.</summary>
    internal sealed record Json(
        ReadOnlyMemory<byte> Body, int? Status = null, string? ETag = null, string? Location = null) : Reply;

    /// <summary>Bytes of another kind.</summary>
    internal sealed record Bytes(ReadOnlyMemory<byte> Body, string FileName) : Reply;

    /// <summary>Text that is written as it comes.</summary>
    internal sealed record Stream(Func<HttpResponse, CancellationToken, Task> Write) : Reply;

    /// <summary>Nothing but a status.</summary>
    internal sealed record Empty(int Status) : Reply;

    /// <summary>A refusal.</summary>
    internal sealed record Refused(StructuredOutcome Outcome) : Reply;

    /// <summary>A contract as JSON.</summary>
    public static Reply Ok<T>(T value, int? status = null, string? etag = null, string? location = null) =>
        new Json(AosJson.Write(value), status, etag, location);

    /// <summary>The value of an answer as JSON, or its refusal.</summary>
    public static Reply Of<T>(Answer<T> answer, int? status = null, string? location = null) where T : class =>
        answer.Value is { } value ? Ok(value, status, location: location) : new Refused(answer.Outcome);

    /// <summary>An outcome: a success as JSON, anything else as a refusal.</summary>
    public static Reply Of(StructuredOutcome outcome, int? status = null) =>
        outcome.Status == OutcomeStatus.Success ? new Json(AosJson.Write(outcome), status) : new Refused(outcome);
}

/// <summary>Ends a call: what was asked cannot be done. Caught once, where calls are answered.</summary>
internal sealed class ApiRefusal(StructuredOutcome outcome) : Exception(outcome.Message)
{
    public StructuredOutcome Outcome { get; } = outcome;
}
