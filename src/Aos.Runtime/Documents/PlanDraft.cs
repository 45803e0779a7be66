using System.Text.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Values;

namespace Aos.Runtime.Documents;

/// <summary>What can be read of a plan document whose form is wrong, so that its other mistakes are found as
/// well.</summary>
internal sealed class PlanDraft
{
    // A list that is not read as an expression still fans its step out.
    private const string SomeList = "`[]`";

    private readonly List<string> _unread = [];

    /// <summary>Reads a document.</summary>
    public PlanDraft(JsonElement document) => Plan = new Plan
    {
        Steps = ValueList.From(Steps(document)),
        Output = Text(document, "output", ""),
    };

    /// <summary>The plan as far as it could be read: members that could not be are absent, names are default.</summary>
    public Plan Plan { get; }

    /// <summary>Whether a mistake is the plan's own, and no consequence of something that could not be read.</summary>
    public bool Owns(Problem problem) =>
        !_unread.Exists(place => problem.Pointer.StartsWith(place, StringComparison.Ordinal)
        && (problem.Pointer.Length == place.Length || problem.Pointer[place.Length] == '/'));

    private IEnumerable<PlanStep> Steps(JsonElement document)
    {
        if (Member(document, "steps") is not { ValueKind: JsonValueKind.Array } steps)
        {
            _unread.Add("/steps");
            return [];
        }
        // Each is kept, so that the others stay in their places.
        return [.. steps.EnumerateArray().Select((step, index) => Step(step, $"/steps/{index}"))];
    }

    private PlanStep Step(JsonElement step, string at)
    {
        if (step.ValueKind != JsonValueKind.Object) _unread.Add(at);
        return new PlanStep
        {
            Id = Scalar<StepId>(step, "id", at),
            Skill = Member(step, "skill") is { } skill ? Scalar<Contracts.Skills.SkillRef>(skill, $"{at}/skill") : null,
            Wait = Member(step, "wait") is { } wait ? Wait(wait, $"{at}/wait") : null,
            Input = Input(step, at),
            DependsOn = ValueList.From(Dependencies(step, at)),
            When = Text(step, "when", at),
            ForEach = Text(step, "for_each", at) ?? (Member(step, "for_each") is null ? null : SomeList),
            OnFailure = Member(step, "on_failure") is { } policy && Member(policy, "fallback") is { } call
                ? Fallback(call, $"{at}/on_failure/fallback")
                : null,
        };
    }

    // What a wait is shows in all of it: where a part cannot be read, nothing is said of the rest.
    private WaitSpec Wait(JsonElement wait, string at)
    {
        var forMs = Member(wait, "for_ms");
        var read = new WaitSpec
        {
            ForMs = forMs is { } ms ? Payload.FromElement(ms) : null,
            Until = Text(wait, "until", at),
            Signal = Text(wait, "signal", at),
        };
        var isRead = wait.ValueKind == JsonValueKind.Object && (read.Until is null) == (Member(wait, "until") is null)
            && (read.Signal is null) == (Member(wait, "signal") is null);
        if (!isRead) _unread.Add(at);
        // The form has bounds of its own, and has named what is beyond them.
        if (forMs is { ValueKind: not JsonValueKind.String }) _unread.Add($"{at}/for_ms");
        return read;
    }

    private OnFailure.Fallback Fallback(JsonElement call, string at) => new(new FallbackCall
    {
        Skill = Scalar<Contracts.Skills.SkillRef>(call, "skill", at),
        Input = Input(call, at),
    });

    private IEnumerable<StepId> Dependencies(JsonElement step, string at)
    {
        if (Member(step, "depends_on") is not { ValueKind: JsonValueKind.Array } list) return [];
        return [.. list.EnumerateArray().Select((item, index) => Scalar<StepId>(item, $"{at}/depends_on/{index}"))];
    }

    private Payload? Input(JsonElement call, string at)
    {
        if (Member(call, "input") is not { } input) return null;
        if (input.ValueKind == JsonValueKind.Object) return Payload.FromElement(input);
        _unread.Add($"{at}/input");
        return null;
    }

    private T Scalar<T>(JsonElement owner, string name, string at) where T : struct, IScalar<T> =>
        Scalar<T>(Member(owner, name) ?? default, $"{at}/{name}");

    private T Scalar<T>(JsonElement value, string place) where T : struct, IScalar<T>
    {
        if (value.ValueKind == JsonValueKind.String && T.TryParse(value.GetString(), out var scalar)) return scalar;
        _unread.Add(place);
        return default;
    }

    private string? Text(JsonElement owner, string name, string at)
    {
        if (Member(owner, name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        _unread.Add($"{at}/{name}");
        return null;
    }

    // A member that is null is as good as none.
    private static JsonElement? Member(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null ? value : null;
}
