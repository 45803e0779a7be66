using System.Diagnostics;

namespace Aos.Runtime.Telemetry;

/// <summary>Where the spans of runs come from.</summary>
public static class RunTracing
{
    /// <summary>The name of the <see cref="ActivitySource"/>. Its spans follow the GenAI conventions of OpenTelemetry:
    /// a run is
    /// <c>invoke_agent</c>, a question to a planner <c>plan</c>, a step <c>step</c>, an attempt <c>execute_tool</c>.
    /// Without a listener they cost nothing.</summary>
    public const string SourceName = "Aos";

    internal static ActivitySource Source { get; } = new(SourceName);

    /// <summary>Whether anybody listens.</summary>
    internal static bool IsHeard => Source.HasListeners();
}
