namespace Aos.Client;

/// <summary>Under which condition a document is written or removed. The default: under none.</summary>
public readonly record struct Condition
{
    private Condition(string? match, bool isAbsent) => (Match, IsAbsent) = (match, isAbsent);

    /// <summary>Only while it is not there yet.</summary>
    public static Condition Absent { get; } = new(null, isAbsent: true);

    /// <summary>The ETag that it must have; null: any.</summary>
    public string? Match { get; }

    /// <summary>Whether it must not be there yet.</summary>
    public bool IsAbsent { get; }

    /// <summary>Only while it still has this ETag.</summary>
    /// <param name="etag">As it was read.</param>
    public static Condition Unchanged(string etag) => new(etag, isAbsent: false);
}

/// <summary>A document as the server keeps it.</summary>
/// <typeparam name="T">The document.</typeparam>
/// <param name="Value">The document.</param>
/// <param name="ETag">What names this state of it; null where it is a file of the server, and nobody writes it
/// here.</param>
public sealed record Kept<T>(T Value, string? ETag) where T : class;
