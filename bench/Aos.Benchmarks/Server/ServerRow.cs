namespace Aos.Benchmarks.Server;

/// <summary>A row of <c>bench/run server</c>.</summary>
internal sealed record ServerRow
{
    public required int Clients { get; init; }

    /// <summary>Runs that were acknowledged a second, where nobody waits for them.</summary>
    public required double SubmissionsPerS { get; init; }

    /// <summary>Runs a second, each from its request to the answer that it has completed.</summary>
    public required double RunsPerS { get; init; }

    public required double EndToEndP50Ms { get; init; }

    public required double EndToEndP95Ms { get; init; }

    /// <summary>The same runs by the engine in one process, with as many at a time.</summary>
    public required double EngineRunsPerS { get; init; }

    public required double RatioToEngine { get; init; }

    /// <summary>Resident memory of the server after the load.</summary>
    public required double LoadedMb { get; init; }

    /// <summary>From the start of the process to the first answer; the middle of five.</summary>
    public required double StartMs { get; init; }

    /// <summary>Resident memory two seconds later, mapped files among it.</summary>
    public required double IdleMb { get; init; }

    /// <summary>Of it, what is not mapped from files.</summary>
    public required double IdleOwnMb { get; init; }
}
