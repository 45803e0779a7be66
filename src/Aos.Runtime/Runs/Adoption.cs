using Aos.Contracts.Values;

namespace Aos.Runtime.Runs;

/// <summary>What came of an attempt to take a run on: its loop, or why it is left alone; neither where another process
/// works on it or it has ended.</summary>
/// <param name="Loop">The loop.</param>
/// <param name="Code">Why the run is left alone.</param>
/// <param name="Why">The same for people.</param>
internal readonly record struct Adoption(RunLoop? Loop, ErrorCode? Code = null, string? Why = null)
{
    public static Adoption Refused(ErrorCode code, string why) => new(null, code, why);
}
