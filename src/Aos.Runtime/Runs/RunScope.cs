using System.Collections;
using Aos.Contracts.Values;

namespace Aos.Runtime.Runs;

/// <summary>The scope of what is logged of a run: <c>run_id</c> and <c>trace_id</c>.</summary>
/// <param name="runId">The run.</param>
/// <param name="traceId">Its trace.</param>
/// <param name="spanId">Its span in this process: 16 hexadecimal digits; null where nobody listened.</param>
public sealed class RunScope(RunId runId, string traceId, string? spanId) : IReadOnlyList<KeyValuePair<string, object?>>
{
    /// <summary>The trace of the run: 32 hexadecimal digits.</summary>
    public string TraceId => traceId;

    /// <summary>The span of the run in this process: 16 hexadecimal digits; null where nobody listened.</summary>
    public string? SpanId => spanId;

    /// <inheritdoc />
    public int Count => 2;

    /// <inheritdoc />
    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("run_id", runId.Value),
        1 => new("trace_id", traceId),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        yield return this[0];
        yield return this[1];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc />
    public override string ToString() => $"run_id:{runId} trace_id:{traceId}";
}
