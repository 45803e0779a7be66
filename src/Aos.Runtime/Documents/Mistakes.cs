using Aos.Contracts.Outcomes;

namespace Aos.Runtime.Documents;

/// <summary>What is said of several mistakes at once, the same wherever they are found.</summary>
public static class Mistakes
{
    /// <summary>The one mistake with its place; of several how many there are, and the first.</summary>
    public static string Summary(IReadOnlyList<Problem> problems) => problems.Count == 1
        ? Describe(problems[0])
        : $"There are {problems.Count} mistakes; the first: {Describe(problems[0])}";

    private static string Describe(Problem problem) =>
        problem.Pointer.Length == 0 ? problem.Message : $"{problem.Pointer}: {problem.Message}";
}
