using System.Text;
using Aos.Contracts;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Kernel.Plans;

/// <summary>Finds a plan that is proposed again although it failed before. The names of its steps do not count: those
/// of later rounds have to be others.</summary>
internal static class PlanRepetition
{
    /// <summary>The round whose plan was the same and failed; null where there is none.</summary>
    public static int? Find(RunState state, Digest proposed)
    {
        string? shape = null;
        for (var i = 0; i < state.PlanRounds.Length; i++)
        {
            if (!Failed(state, i)) continue;
            shape ??= ShapeOf(state.Documents.Program(proposed).Source.Plan);
            if (string.Equals(
                ShapeOf(state.Documents.Program(state.PlanRounds[i].Plan).Source.Plan), shape,
                StringComparison.Ordinal))
                return state.PlanRounds[i].Round;
        }
        return null;
    }

    private static bool Failed(RunState state, int round)
    {
        var end = round + 1 < state.PlanRounds.Length ? state.PlanRounds[round + 1].FirstStep : state.Steps.Length;
        for (var i = state.PlanRounds[round].FirstStep; i < end; i++)
            if (state.Steps[i].Status is OutcomeStatus.Failure or OutcomeStatus.Cancelled or OutcomeStatus.Unknown
                or OutcomeStatus.Partial)
                return true;
        return false;
    }

    /// <summary>The steps of a plan in one text, with their places in the plan for their names.</summary>
    internal static string ShapeOf(Plan plan)
    {
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < plan.Steps.Count; i++) places.TryAdd(plan.Steps[i].Id.Value, $"_{i}");
        var shape = new StringBuilder();
        foreach (var step in plan.Steps)
        {
            var bare = step with
            {
                Id = StepId.Parse(places[step.Id.Value]),
                DependsOn = ValueList.From(step.DependsOn.Select(id =>
                    places.TryGetValue(id.Value, out var place) ? StepId.Parse(place) : id)),
            };
            var text = Encoding.UTF8.GetString(CanonicalJson.ToBytes(Payload.FromUtf8(AosJson.Write(bare)).Element));
            AppendPlaced(shape, text, places);
            shape.Append('\n');
        }
        return shape.ToString();
    }

    private static void AppendPlaced(StringBuilder shape, string text, Dictionary<string, string> places)
    {
        const string mark = "steps.";
        var at = 0;
        while (text.IndexOf(mark, at, StringComparison.Ordinal) is >= 0 and var found)
        {
            var start = found + mark.Length;
            var end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) end++;
            shape.Append(text, at, start - at).Append(places.GetValueOrDefault(text[start..end], text[start..end]));
            at = end;
        }
        shape.Append(text, at, text.Length - at);
    }
}
