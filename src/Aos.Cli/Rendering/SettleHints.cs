using System.Text.Json;
using Aos.Cli.Invocation;
using Aos.Contracts.Values;

namespace Aos.Cli.Rendering;

/// <summary>How to settle the calls of a run whose outcomes are unknown, as commands that can be pasted.</summary>
internal static class SettleHints
{
    private const int CallsMax = 3;

    /// <summary>The lines; none where nothing is to be settled.</summary>
    /// <param name="session">The call of the command line.</param>
    /// <param name="run">The run.</param>
    /// <param name="unsettled">The answer of the query <c>pending_settlements</c>.</param>
    public static IEnumerable<string> For(Session session, RunId run, Payload unsettled)
    {
        var calls = unsettled.Element.EnumerateArray().ToList();
        foreach (var call in calls.Take(CallsMax))
        {
            var step = call.GetProperty("step_id").GetString()!;
            var item = call.GetProperty("item") is { ValueKind: JsonValueKind.Number } number
                ? number.GetInt32() : (int?)null;
            var option = item is null ? "" : $" --item {item}";
            yield return
                $"look on the other side what became of {step}{(item is null ? "" : $"[{item}]")}, then say it:";
            yield return $"  it took effect: {session.Suggest($"settle {run} {step}{option} --happened yes")}";
            yield return $"  it did not: {session.Suggest($"settle {run} {step}{option} --happened no")}";
        }
        if (calls.Count > CallsMax)
            yield return $"{calls.Count - CallsMax} more: {session.Suggest($"query {run} pending_settlements")}";
    }
}
