using System.Text.Json;
using Aos.Contracts;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Kernel.Replay;

/// <summary>Compares what is deterministic in two runs, or in a run and its simulation: the fields of the behaviour
/// digest, step by step in the order of the plan.</summary>
public static class BehaviourComparison
{
    /// <summary>Compares a run with the run that repeated it for real: statuses, codes, retries, arithmetic of costs,
    /// and the sequence of side effects.</summary>
    /// <param name="recorded">A run that has ended.</param>
    /// <param name="repeated">The run that repeated it, as far as it got.</param>
    public static ReplayReport Live(RunState recorded, RunState repeated)
    {
        var comparison = new FieldComparison();
        if (repeated.Ended is not null) comparison.Compare(DocumentOf(recorded), DocumentOf(repeated));
        var first = repeated.Ended is null
            ? new Divergence
            {
                Expected = Text(recorded.Ended!.Status),
                Found = Text(repeated.Status),
                Message = $"The run that repeats it has not ended: it is {Name(repeated.Status)}"
                    + $"{(repeated.WaitingFor is { } reason ? $" for {Name(reason)}" : "")}.",
            }
            : comparison.First(recorded);
        return new ReplayReport
        {
            RunId = recorded.Submitted!.RunId,
            Mode = "live",
            Parity = first is null,
            RepeatedBy = repeated.Submitted!.RunId,
            EventsCompared = comparison.Compared,
            FirstDivergence = first,
            BehaviourDigest = repeated.Ended?.BehaviourDigest,
            Steps = ValueList.From(recorded.Steps.Select(step => Side(step, repeated.Step(step.Program.Id)))),
        };
    }

    /// <summary>Compares a run with what its plan is foreseen to do: how it and its steps end. Costs and times are
    /// shown beside each other, but only estimated, so they are not held against it.</summary>
    /// <param name="recorded">A run that has ended.</param>
    /// <param name="foreseen">The simulation of its plan, its input and its settings.</param>
    public static ReplayReport Dry(RunState recorded, Simulation foreseen)
    {
        var planned = foreseen.Steps.ToDictionary(step => step.StepId);
        var sides = recorded.Steps.Select(step => Side(step, planned.GetValueOrDefault(step.Program.Id))).ToList();
        var first = sides.Find(side => !side.Parity) is { } step
            ? new Divergence
            {
                StepId = step.StepId,
                Field = step.Expected!.Status != step.Found?.Status ? "status" : "code",
                Expected = Payload.FromUtf8(AosJson.Write(step.Expected)),
                Found = step.Found is { } found ? Payload.FromUtf8(AosJson.Write(found)) : null,
                Message = $"Step '{step.StepId}' ended otherwise than its plan is foreseen to.",
            }
            : recorded.Ended!.Code == foreseen.Code ? null
            : new Divergence
            {
                Field = "code",
                Expected = Text(recorded.Ended.Code.Value),
                Found = foreseen.Code is { } code ? Text(code.Value) : null,
                Message = "The run ended otherwise than its plan is foreseen to.",
            };
        return new ReplayReport
        {
            RunId = recorded.Submitted!.RunId,
            Mode = "dry",
            Parity = first is null,
            EventsCompared = 2 * sides.TakeWhile(side => side.Parity).Count() + (first is null ? 1 : 0),
            FirstDivergence = first,
            Steps = ValueList.From(sides),
        };
    }

    private static JsonElement DocumentOf(RunState state) =>
        BehaviourDigest.Document(state, state.Ended!.Status, state.Ended.Code);

    private static StepParity Side(StepState expected, StepState? found) => new()
    {
        StepId = expected.Program.Id,
        Parity = found is not null && SameCalls(expected, found),
        Expected = Figures(expected),
        Found = found is null ? null : Figures(found),
    };

    private static StepParity Side(StepState expected, PlannedStep? found) => new()
    {
        StepId = expected.Program.Id,
        Parity = found is not null && expected.Standing == found.Status && expected.Code == found.Code,
        Expected = Figures(expected),
        Found = found is null
            ? null : new StepFigures
            {
                Status = found.Status,
                Code = found.Code,
                Cost = found.Cost,
                LatencyMs = found.LatencyMs
            },
    };

    private static bool SameCalls(StepState expected, StepState found)
    {
        var comparison = new FieldComparison();
        comparison.Compare(BehaviourDigest.Document(expected), BehaviourDigest.Document(found));
        return comparison.IsEqual;
    }

    private static StepFigures Figures(StepState step) => new()
    {
        Status = step.Standing,
        Code = step.Code,
        Attempts = step.Attempts,
        Cost = step.Cost,
        LatencyMs = RunReporter.Latency(step) ?? 0,
        SideEffects =
            step.Calls.SelectMany(call => call.History).Sum(attempt => attempt.Returned?.SideEffects.Count ?? 0),
    };

    private static Payload Text<T>(T value) where T : struct, Enum => Text(Name(value));

    private static Payload Text(string value) => Payload.FromUtf8(System.Text.Encoding.UTF8.GetBytes($"\"{value}\""));

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

/// <summary>Compares two JSON values of one shape, and notes the first field that differs: what is within a step before
/// what it comes to, so that the cause is found rather than its consequence.</summary>
internal sealed class FieldComparison
{
    private (string Place, JsonElement? Expected, JsonElement? Found)? _first;

    /// <summary>Fields that were compared and equal, up to the first that is not.</summary>
    public int Compared { get; private set; }

    public bool IsEqual => _first is null;

    public void Compare(JsonElement expected, JsonElement found) => Compare("", expected, found);

    /// <summary>The first difference; null where there is none.</summary>
    public Divergence? First(RunState recorded)
    {
        if (_first is not { } first) return null;
        var tokens = first.Place.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var step = tokens is ["steps", var index, ..] && int.TryParse(index, out var number)
            && number < recorded.Steps.Length
            ? recorded.Steps[number].Program.Id
            : (StepId?)null;
        var field = string.Join('/', step is null ? tokens : tokens.Skip(2));
        return new Divergence
        {
            StepId = step,
            Field = field,
            Expected = first.Expected is { } expected ? Payload.FromElement(expected) : null,
            Found = first.Found is { } found ? Payload.FromElement(found) : null,
            Message = $"{(step is { } id ? $"Step '{id}'" : "The run")} differs "
                + $"in {(field.Length == 0 ? "being there at all" : field)}.",
        };
    }

    private void Compare(string place, JsonElement expected, JsonElement found)
    {
        if (_first is not null) return;
        switch (expected.ValueKind, found.ValueKind)
        {
            case (JsonValueKind.Object, JsonValueKind.Object):
                foreach (var nested in (bool[])[true, false])
                    foreach (var name in expected.EnumerateObject().Concat(found.EnumerateObject())
                        .Select(member => member.Name)
                        .Distinct(StringComparer.Ordinal))
                        CompareMember(place, name, expected, found, nested);
                break;
            case (JsonValueKind.Array, JsonValueKind.Array):
                for (var i = 0; i < Math.Max(expected.GetArrayLength(), found.GetArrayLength()) && _first is null; i++)
                    CompareOptional($"{place}/{i}", ItemOf(expected, i), ItemOf(found, i));
                break;
            default:
                if (JsonElement.DeepEquals(expected, found)) Compared++;
                else _first = (place, expected, found);
                break;
        }
    }

    private void CompareMember(string place, string name, JsonElement expected, JsonElement found, bool nested)
    {
        var (left, right) = (MemberOf(expected, name), MemberOf(found, name));
        if ((IsNested(left) || IsNested(right)) == nested) CompareOptional($"{place}/{name}", left, right);
    }

    private void CompareOptional(string place, JsonElement? expected, JsonElement? found)
    {
        if (_first is not null) return;
        if (expected is { } left && found is { } right) Compare(place, left, right);
        else _first = (place, expected, found);
    }

    private static bool IsNested(JsonElement? value) => value?.ValueKind is JsonValueKind.Array or JsonValueKind.Object;

    private static JsonElement? MemberOf(JsonElement value, string name) =>
        value.TryGetProperty(name, out var member) ? member : null;

    private static JsonElement? ItemOf(JsonElement value, int index) =>
        index < value.GetArrayLength() ? value[index] : null;
}
