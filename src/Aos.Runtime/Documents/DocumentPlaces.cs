using Aos.Contracts.Outcomes;
using Aos.Runtime.Agents;

namespace Aos.Runtime.Documents;

/// <summary>Where in a text, JSON or YAML, a pointer points.</summary>
public static class DocumentPlaces
{
    // Each is looked for from the begin of the text: whoever sends a thousand mistakes is told where the first ones
    // are.
    private const int PlacedMax = 100;

    /// <summary>Line and column, from 1, of the value; of the innermost value on the way to it where the value itself
    /// is missing; null where the text is neither JSON nor YAML.</summary>
    public static (int Line, int Column)? Find(ReadOnlyMemory<byte> text, string pointer) =>
        JsonPlaces.Find(text.Span, pointer) ?? ProfileReader.Locate(text, pointer);

    /// <summary>Mistakes with line and column of the text: of the first hundred, and of those whose own reader said
    /// it.</summary>
    public static IReadOnlyList<Problem> Place(IReadOnlyList<Problem> problems, ReadOnlyMemory<byte> text) =>
        [.. problems.Select((problem, index) => index < PlacedMax ? Place(problem, text) : problem)];

    private static Problem Place(Problem problem, ReadOnlyMemory<byte> text) =>
        problem.Line is null && Find(text, problem.Pointer) is var (line, column)
            ? problem with { Line = line, Column = column }
            : problem;
}
