using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Aos.Contracts;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Kernel.Runs;
using Aos.Runtime.Documents;
using Aos.Runtime.Runs;

namespace Aos.Runtime.Replay;

/// <summary>Applies the edits of a fork to the input of the run and to the plan.</summary>
internal sealed partial class ForkEdits(RunState state, ISkillLookup skills)
{
    private readonly List<Problem> _problems = [];

    /// <summary>The input of the fork; null where it was not edited.</summary>
    public Payload? Input { get; private set; }

    /// <summary>The plan of the fork; null where it was not edited.</summary>
    public PinnedPlan? Plan { get; private set; }

    /// <summary>What is wrong with the edits.</summary>
    public IReadOnlyList<Problem> Problems => _problems;

    /// <summary>Applies edits, one after the other.</summary>
    public void Apply(IReadOnlyList<ForkEdit> edits)
    {
        foreach (var edit in edits)
        {
            var (value, unreadable) = StrictPayload.Read(edit.Value, JsonLimits.Default);
            if (value is null) Add(edit, ErrorCodes.InvalidJson, unreadable!.Message);
            else if (Tokens(edit.Path) is ["input", .. var rest]) SetInput(edit, rest, value);
            else if (Tokens(edit.Path) is ["steps", var step, "input" or "wait", ..] tokens)
                SetStep(edit, step, tokens[2..], value);
            else
                Add(edit, ErrorCodes.InvalidArgument,
                    $"'{edit.Path}' is no place that can be edited: 'input…', 'steps.ID.input…' or 'steps.ID.wait…'.");
        }
        if (_problems.Count > 0 || Plan is null) return;
        var check = PlanValidator.Validate(Plan.Plan, skills, state.Contract);
        _problems.AddRange(check.Problems);
        Plan = check.Pinned;
    }

    private static string[] Tokens(string path) => path.StartsWith('/')
        ? JsonPointer.TryParse(path, out var pointer) ? [.. pointer.Tokens()] : []
        : [.. Index().Replace(path, ".${index}").Split('.')];

    // As JMESPath writes the place of an item: orders[0].
    [GeneratedRegex(@"\[(?<index>[0-9]+)\]", RegexOptions.NonBacktracking)]
    private static partial Regex Index();

    private void SetInput(ForkEdit edit, string[] place, Payload value)
    {
        var root = JsonNode.Parse((Input ?? state.Submitted!.Input).Utf8.Span);
        if (TrySet(ref root, place, value))
        {
            if (root is JsonObject) Input = ToPayload(root);
            else Add(edit, ErrorCodes.InvalidInput, "The input of a run must be a JSON object.");
        }
        else
            Add(edit, ErrorCodes.InvalidArgument,
                $"The input has no place '{edit.Path}': only the last name of a path may be new.");
    }

    private void SetStep(ForkEdit edit, string name, string[] place, Payload value)
    {
        var plan = Plan ?? state.Program?.Source;
        var index = plan?.Plan.Steps.Select(step => step.Id.Value).ToList().IndexOf(name) ?? -1;
        if (index < 0)
        {
            Add(edit, ErrorCodes.UnknownStep, $"The plan has no step '{name}'.");
            return;
        }
        var step = state.Steps[index];
        if (step.IsEnded || step.Calls.Any(call => call.Attempts > 0 || call.Wait is not null))
        {
            Add(edit, ErrorCodes.InvalidArgument,
                $"Step '{name}' has begun before the cut, so its input is what it was. Fork from it, or from before it.");
            return;
        }
        var root = JsonNode.Parse(AosJson.Write(plan!.Plan.Steps[index]));
        try
        {
            if (!TrySet(ref root, place, value))
            {
                Add(edit, ErrorCodes.InvalidArgument,
                    $"Step '{name}' has no place '{edit.Path}': only the last name of a path may be new.");
                return;
            }
            var edited = AosJson.Read<PlanStep>(ToPayload(root).Utf8.Span);
            Plan = plan with
            {
                Plan = plan.Plan with
                {
                    Steps = ValueList.From(plan.Plan.Steps.Select((old, i) => i == index ? edited : old))
                }
            };
        }
        catch (JsonException error)
        {
            Add(edit, ErrorCodes.InvalidPlan, error.Message);
        }
    }

    private static bool TrySet(ref JsonNode? root, ReadOnlySpan<string> place, Payload value)
    {
        var made = JsonNode.Parse(value.Utf8.Span);
        if (place.IsEmpty)
        {
            root = made;
            return true;
        }
        switch (root)
        {
            case JsonObject members:
                var member = members[place[0]];
                if (member is null && place.Length > 1) return false;
                if (!TrySet(ref member, place[1..], value)) return false;
                if (!ReferenceEquals(member, members[place[0]]) || member is null) members[place[0]] = member;
                return true;
            case JsonArray items when int.TryParse(place[0], out var index) && index >= 0 && index <= items.Count:
                if (index == items.Count)
                {
                    if (place.Length > 1) return false;
                    items.Add(made);
                    return true;
                }
                var item = items[index];
                if (!TrySet(ref item, place[1..], value)) return false;
                if (!ReferenceEquals(item, items[index]) || item is null) items[index] = item;
                return true;
            default: return false;
        }
    }

    private static Payload ToPayload(JsonNode? node)
    {
        if (node is null) return Payload.Null;
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Journals.EventCodec.Options)) node.WriteTo(writer);
        return Payload.FromUtf8(buffer.WrittenMemory);
    }

    private void Add(ForkEdit edit, ErrorCode code, string message) => _problems.Add(
        new Problem(
            Tokens(edit.Path).Aggregate(JsonPointer.Root, (place, token) => place.Append(token)).ToString(),
            code, message));
}
