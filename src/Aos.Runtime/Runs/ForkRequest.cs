using Aos.Contracts.Values;

namespace Aos.Runtime.Runs;

/// <summary>From where a run is to go another way, and what is to be otherwise.</summary>
public sealed record ForkRequest
{
    /// <summary>The run that is forked. It stays as it is.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The step from whose beginning on the fork goes its own way. Exactly one of this and
    /// <see cref="Seq"/>.</summary>
    public StepId? Step { get; init; }

    /// <summary>The sequence number of the last event that the fork has in common with the run. What the kernel made of
    /// an answer belongs to it, so the cut may fall a few events later.</summary>
    public long? Seq { get; init; }

    /// <summary>What is to be otherwise: places in <c>input</c>, <c>steps.ID.input</c> or <c>steps.ID.wait</c>, and
    /// their new values.</summary>
    public IReadOnlyList<ForkEdit> Edits { get; init; } = [];

    /// <summary>Who forks, for the journal.</summary>
    public required string By { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }
}

/// <summary>An edit of a fork.</summary>
/// <param name="Path">The place: names and indexes with dots between them, such as <c>steps.fetch.input.url</c>; or an
/// RFC 6901 pointer, such as <c>/steps/fetch/input/url</c>.</param>
/// <param name="Value">The new value; in the input of a step it is a template.</param>
public sealed record ForkEdit(string Path, Payload Value);
