using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Aos.Contracts.Agents;
using Aos.Contracts.Api;
using Aos.Contracts.Budgets;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Secrets;
using Aos.Contracts.Skills;
using Aos.Contracts.Statistics;

namespace Aos.Contracts.Values;

/// <summary>Finds the converter of a <see cref="ValueList{T}"/> in a table: closing a generic type at run time would
/// need reflection, which ahead-of-time compilation does not allow. A test names each list that is missing.</summary>
internal sealed class ValueListConverterFactory : JsonConverterFactory
{
    private static readonly FrozenDictionary<Type, JsonConverter> Converters = new Dictionary<Type, JsonConverter>
    {
        [typeof(ValueList<string>)] = new ValueListConverter<string>(),
        [typeof(ValueList<StepId>)] = new ValueListConverter<StepId>(),
        [typeof(ValueList<SkillRef>)] = new ValueListConverter<SkillRef>(),
        [typeof(ValueList<SecretGrant>)] = new ValueListConverter<SecretGrant>(),
        [typeof(ValueList<ErrorCode>)] = new ValueListConverter<ErrorCode>(),
        [typeof(ValueList<Payload>)] = new ValueListConverter<Payload>(),
        [typeof(ValueList<Policy>)] = new ValueListConverter<Policy>(),
        [typeof(ValueList<PolicySource>)] = new ValueListConverter<PolicySource>(),
        [typeof(ValueList<PolicyRule>)] = new ValueListConverter<PolicyRule>(),
        [typeof(ValueList<PolicyCase>)] = new ValueListConverter<PolicyCase>(),
        [typeof(ValueList<InputCondition>)] = new ValueListConverter<InputCondition>(),
        [typeof(ValueList<TimeWindow>)] = new ValueListConverter<TimeWindow>(),
        [typeof(ValueList<PinnedZone>)] = new ValueListConverter<PinnedZone>(),
        [typeof(ValueList<ZoneOffset>)] = new ValueListConverter<ZoneOffset>(),
        [typeof(ValueList<AppliedRule>)] = new ValueListConverter<AppliedRule>(),
        [typeof(ValueList<Weekday>)] = new ValueListConverter<Weekday>(),
        [typeof(ValueList<EffectClass>)] = new ValueListConverter<EffectClass>(),
        [typeof(ValueList<CaseResult>)] = new ValueListConverter<CaseResult>(),
        [typeof(ValueList<VerdictChange>)] = new ValueListConverter<VerdictChange>(),
        [typeof(ValueList<PlanStep>)] = new ValueListConverter<PlanStep>(),
        [typeof(ValueList<PlanningRule>)] = new ValueListConverter<PlanningRule>(),
        [typeof(ValueList<SkillPin>)] = new ValueListConverter<SkillPin>(),
        [typeof(ValueList<EffectCase>)] = new ValueListConverter<EffectCase>(),
        [typeof(ValueList<FailureMode>)] = new ValueListConverter<FailureMode>(),
        [typeof(ValueList<FailureEntry>)] = new ValueListConverter<FailureEntry>(),
        [typeof(ValueList<Alternative>)] = new ValueListConverter<Alternative>(),
        [typeof(ValueList<SideEffect>)] = new ValueListConverter<SideEffect>(),
        [typeof(ValueList<SideEffectDeclaration>)] = new ValueListConverter<SideEffectDeclaration>(),
        [typeof(ValueList<SkillExample>)] = new ValueListConverter<SkillExample>(),
        [typeof(ValueList<ModelFallback>)] = new ValueListConverter<ModelFallback>(),
        [typeof(ValueList<PriceEntry>)] = new ValueListConverter<PriceEntry>(),
        [typeof(ValueList<QuotedWay>)] = new ValueListConverter<QuotedWay>(),
        [typeof(ValueList<RateLimit>)] = new ValueListConverter<RateLimit>(),
        [typeof(ValueList<LedgerLimit>)] = new ValueListConverter<LedgerLimit>(),
        [typeof(ValueList<LearnedCost>)] = new ValueListConverter<LearnedCost>(),
        [typeof(ValueList<AccountReport>)] = new ValueListConverter<AccountReport>(),
        [typeof(ValueList<RateReport>)] = new ValueListConverter<RateReport>(),
        [typeof(ValueList<SpenderReport>)] = new ValueListConverter<SpenderReport>(),
        [typeof(ValueList<StepReport>)] = new ValueListConverter<StepReport>(),
        [typeof(ValueList<StepParity>)] = new ValueListConverter<StepParity>(),
        [typeof(ValueList<PlannedStep>)] = new ValueListConverter<PlannedStep>(),
        [typeof(ValueList<LimitHit>)] = new ValueListConverter<LimitHit>(),
        [typeof(ValueList<SkillCalibration>)] = new ValueListConverter<SkillCalibration>(),
        [typeof(ValueList<Problem>)] = new ValueListConverter<Problem>(),
        [typeof(ValueList<Risk>)] = new ValueListConverter<Risk>(),
        [typeof(ValueList<Edit>)] = new ValueListConverter<Edit>(),
        [typeof(ValueList<RunSummary>)] = new ValueListConverter<RunSummary>(),
        [typeof(ValueList<ApprovalSummary>)] = new ValueListConverter<ApprovalSummary>(),
        [typeof(ValueList<SkillContract>)] = new ValueListConverter<SkillContract>(),
        [typeof(ValueList<AgentProfile>)] = new ValueListConverter<AgentProfile>(),
        [typeof(ValueList<ApiKeyInfo>)] = new ValueListConverter<ApiKeyInfo>(),
        [typeof(ValueList<AuditEntry>)] = new ValueListConverter<AuditEntry>(),
        [typeof(ValueList<RecoveryRecord>)] = new ValueListConverter<RecoveryRecord>(),
        [typeof(ValueList<BudgetTrial>)] = new ValueListConverter<BudgetTrial>(),
        [typeof(ValueList<Money>)] = new ValueListConverter<Money>(),
        [typeof(ValueList<WebhookInfo>)] = new ValueListConverter<WebhookInfo>(),
        [typeof(ValueList<WebhookDelivery>)] = new ValueListConverter<WebhookDelivery>(),
    }.ToFrozenDictionary();

    public override bool CanConvert(Type typeToConvert) => Converters.ContainsKey(typeToConvert);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        Converters[typeToConvert];
}

internal interface IListConverter
{
    /// <summary>What the list holds.</summary>
    JsonTypeInfo ItemInfo(JsonSerializerOptions options);
}

internal sealed class ValueListConverter<T> : JsonConverter<ValueList<T>>, IListConverter
{
    public JsonTypeInfo ItemInfo(JsonSerializerOptions options) => options.GetTypeInfo(typeof(T));

    public override ValueList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("Expected a list.");
        var item = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        var items = ImmutableArray.CreateBuilder<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(JsonSerializer.Deserialize(ref reader, item)!);
        return new ValueList<T>(items.DrainToImmutable());
    }

    public override void Write(Utf8JsonWriter writer, ValueList<T> value, JsonSerializerOptions options)
    {
        var item = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        writer.WriteStartArray();
        foreach (var element in value) JsonSerializer.Serialize(writer, element, item);
        writer.WriteEndArray();
    }
}
