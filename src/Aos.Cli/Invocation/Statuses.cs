using Aos.Cli.Rendering;
using Aos.Contracts.Runs;

namespace Aos.Cli.Invocation;

/// <summary>Statuses in options.</summary>
internal static class Statuses
{
    /// <summary>The statuses of runs that have ended.</summary>
    public static IReadOnlyList<RunStatus> Ended { get; } =
        [RunStatus.Completed, RunStatus.Failed, RunStatus.Cancelled];

    /// <summary>One of several statuses, by its name.</summary>
    /// <exception cref="Refusal">It is none of them.</exception>
    public static RunStatus Parse(string text, IReadOnlyList<RunStatus> known)
    {
        foreach (var status in known)
            if (Words.Of(status) == text) return status;
        throw Refusal.Argument(
            $"There is no status '{text}' here; there are {string.Join(", ", known.Select(Words.Of))}.");
    }
}
