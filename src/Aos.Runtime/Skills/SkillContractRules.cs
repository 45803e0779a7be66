using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Schemas;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Runtime.Skills;

/// <summary>What a contract must keep to be registered: a mistake in it would show only when a run depends on
/// it.</summary>
internal static class SkillContractRules
{
    private const int DescriptionLengthMax = 2_000;
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromDays(1);

    /// <summary>Every mistake of a contract.</summary>
    public static IEnumerable<Problem> Check(SkillContract contract)
    {
        var problems = new List<Problem>();
        if (contract.Name.Value is null) Add(problems, contract, "/name", "a skill has a name");
        if (string.IsNullOrWhiteSpace(contract.Description) || contract.Description.Length > DescriptionLengthMax)
            Add(problems, contract, "/description", $"a description has 1 to {DescriptionLengthMax} characters");
        var input = CheckSchema(problems, contract, "/input_schema", contract.InputSchema);
        CheckSchema(problems, contract, "/output_schema", contract.OutputSchema);
        if (input is not null)
        {
            CheckInputIsObject(problems, contract);
            CheckExamples(problems, contract, input);
        }
        CheckEffect(problems, contract);
        CheckFigures(problems, contract);
        CheckFailureModes(problems, contract);
        CheckTexts(problems, contract);
        return problems;
    }

    /// <summary>The pointer of a contract among those that are registered.</summary>
    public static string Pointer(SkillContract contract) =>
        "/" + JsonPointer.Escape($"{contract.Name}@{contract.Version}");

    private static JsonSchema? CheckSchema(
        List<Problem> problems, SkillContract contract, string member, Payload schema)
    {
        if (StrictJson.Parse(schema.Utf8, SchemaOptions.Default.Limits) is JsonReadResult.Refused(var refused))
        {
            Add(problems, contract, member + refused.Pointer, refused.Message);
            return null;
        }
        switch (JsonSchema.Compile(schema.Element, SchemaOptions.Default))
        {
            case SchemaCompilation.Compiled(var compiled):
                return compiled;
            case SchemaCompilation.Refused(var mistakes):
                foreach (var mistake in mistakes) Add(problems, contract, member + mistake.Pointer, mistake.Message);
                return null;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // Templates address the members of an input, and the effect rule looks at them.
    private static void CheckInputIsObject(List<Problem> problems, SkillContract contract)
    {
        var schema = contract.InputSchema.Element;
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("type", out var type)
            || type.ValueKind != JsonValueKind.String || !type.ValueEquals("object"u8))
            Add(problems, contract, "/input_schema/type",
                "an input is an object: the schema says \"type\": \"object\"");
    }

    private static void CheckExamples(List<Problem> problems, SkillContract contract, JsonSchema input)
    {
        for (var i = 0; i < contract.Examples.Count; i++)
        {
            var place = $"/examples/{i}/input";
            var text = contract.Examples[i].Input;
            if (StrictJson.Parse(text.Utf8, JsonLimits.Default) is JsonReadResult.Refused(var refused))
            {
                Add(problems, contract, place + refused.Pointer, refused.Message);
                continue;
            }
            foreach (var error in input.Validate(text.Element).Errors)
                Add(problems, contract, place + error.InstanceLocation, error.Message);
        }
    }

    private static void CheckEffect(List<Problem> problems, SkillContract contract)
    {
        if (contract.Effect is not { } rule) return;
        if (!Enum.IsDefined(rule.Default))
            Add(problems, contract, "/effect/default", "an effect class is one of the five");
        for (var i = 0; i < rule.Cases.Count; i++)
        {
            var (place, one) = ($"/effect/cases/{i}", rule.Cases[i]);
            if (!Enum.IsDefined(one.Effect))
                Add(problems, contract, $"{place}/effect", "an effect class is one of the five");
            if (one.Values.IsEmpty) Add(problems, contract, $"{place}/values", "a case names the values that fit");
            if (!HasMember(contract.InputSchema, one.Member))
                Add(problems, contract, $"{place}/member", $"the input schema has no property '{one.Member}'");
        }
        var changesNothing = rule.Cases.Select(one => one.Effect).Append(rule.Default)
            .All(effect => effect is EffectClass.Pure or EffectClass.Read);
        if (changesNothing && !contract.SideEffects.IsEmpty)
            Add(problems, contract, "/side_effects", "a skill that is pure or only reads changes nothing in the world");
    }

    private static bool HasMember(Payload schema, string member) =>
        schema.Element.ValueKind == JsonValueKind.Object
            && schema.Element.TryGetProperty("properties", out var properties)
        && properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(member, out _);

    private static void CheckFigures(List<Problem> problems, SkillContract contract)
    {
        if (contract.Cost is { } cost && (cost.Expected < Money.Zero || cost.Worst < cost.Expected))
            Add(problems, contract, "/cost", "the worst cost is at least the expected one, and that at least nothing");
        if (contract.Latency is { ExpectedMs: < 0 })
            Add(problems, contract, "/latency/expected_ms", "a latency is at least 0 ms");
        if (contract.TimeoutMs is { } timeout && (timeout < 1 || timeout > TimeoutMax.TotalMilliseconds))
            Add(problems, contract, "/timeout_ms", $"a time-out is 1 to {TimeoutMax.TotalMilliseconds:0} ms");
    }

    private static void CheckFailureModes(List<Problem> problems, SkillContract contract)
    {
        var seen = new HashSet<ErrorCode>();
        for (var i = 0; i < contract.FailureModes.Count; i++)
        {
            var code = contract.FailureModes[i].Code;
            var place = $"/failure_modes/{i}/code";
            if (code.Value is null) Add(problems, contract, place, "a failure mode has a code");
            else if (!seen.Add(code)) Add(problems, contract, place, $"{code} is declared twice");
            else if (FailureIndex.BuiltIn.Match(code) is { Category: FailureCategory.None })
                Add(problems, contract, place, $"{code} is no failure");
        }
    }

    private static void CheckTexts(List<Problem> problems, SkillContract contract)
    {
        foreach (var (place, texts) in new[]
        {
            ("/permissions", contract.Permissions), ("/constraints", contract.Constraints),
            ("/composition", contract.Composition), ("/tags", contract.Tags),
        })
            for (var i = 0; i < texts.Count; i++)
                if (string.IsNullOrWhiteSpace(texts[i])) Add(problems, contract, $"{place}/{i}", "the text is blank");
        for (var i = 0; i < contract.Secrets.Count; i++)
            if (!contract.Secrets[i].StartsWith('/'))
                Add(problems, contract, $"/secrets/{i}",
                    "a place of secrets is a JSON Pointer, in which a segment may be *");
        for (var i = 0; i < contract.SideEffects.Count; i++)
            if (string.IsNullOrWhiteSpace(contract.SideEffects[i].Type))
                Add(problems, contract, $"/side_effects/{i}/type", "a side effect has a type");
    }

    private static void Add(List<Problem> problems, SkillContract contract, string place, string message) =>
        problems.Add(new Problem(Pointer(contract) + place, ErrorCodes.InvalidArgument, message));
}
