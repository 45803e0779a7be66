using Aos.Contracts.Outcomes;

namespace Aos.Runtime.Documents;

/// <summary>A document that was read, or everything that is wrong with it.</summary>
/// <typeparam name="T">What the document holds.</typeparam>
public sealed record DocumentResult<T> where T : class
{
    private DocumentResult(T? value, IReadOnlyList<Problem> problems) => (Value, Problems) = (value, problems);

    /// <summary>What it holds; null where it is not valid.</summary>
    public T? Value { get; }

    /// <summary>Every mistake, by its place.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    /// <summary>A document that is valid.</summary>
    public static DocumentResult<T> Of(T value) => new(value, []);

    /// <summary>A document that is not.</summary>
    public static DocumentResult<T> Refused(params IReadOnlyList<Problem> problems) => new(null, problems);
}
