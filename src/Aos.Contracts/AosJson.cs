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
using Aos.Contracts.Skills;
using Aos.Contracts.Statistics;
using Aos.Contracts.Values;

namespace Aos.Contracts;

/// <summary>The JSON form of the contracts: snake case, absent instead of null, no reflection.</summary>
/// <remarks>Reading is for documents that were checked at the edge (<c>StrictJson</c> and a schema): what breaks a
/// contract here throws <see cref="JsonException"/>. Thread-safe.</remarks>
public static class AosJson
{
    // Written for machines and terminals, never into HTML: people should be able to read quotes and umlauts.
    private static readonly AosJsonContext Context = new(new JsonSerializerOptions(AosJsonContext.Default.Options)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        // Strict JSON bounds what comes in; templates and expressions may nest such values in one another.
        MaxDepth = 512,
    });

    /// <summary>The metadata of a contract type.</summary>
    /// <typeparam name="T">One of the contract types.</typeparam>
    /// <exception cref="NotSupportedException">The type is not a contract.</exception>
    public static JsonTypeInfo<T> Of<T>() => Metadata<T>.Known
        ?? throw new NotSupportedException($"{typeof(T)} is not one of the contract types.");

    /// <summary>The metadata of every contract type.</summary>
    public static IJsonTypeInfoResolver Resolver => Context;

    /// <summary>Writes a value as UTF-8.</summary>
    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Of<T>());

    /// <summary>Writes a value as UTF-8 with indentation, for people.</summary>
    public static string WriteIndented<T>(T value)
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, Encoder = Context.Options.Encoder };
        using (var writer = new Utf8JsonWriter(stream, options))
        {
            using var document = JsonDocument.Parse(Write(value));
            document.RootElement.WriteTo(writer);
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Reads a value.</summary>
    /// <exception cref="JsonException">The text breaks the contract.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8) => JsonSerializer.Deserialize(utf8, Of<T>())
        ?? throw new JsonException($"Expected a {typeof(T).Name}, found null.");

    /// <summary>Reads a value.</summary>
    /// <exception cref="JsonException">The text breaks the contract.</exception>
    public static T Read<T>(JsonElement element) => element.Deserialize(Of<T>())
        ?? throw new JsonException($"Expected a {typeof(T).Name}, found null.");

    // Asked for with every value that is read or written: the context would look it up by its type each time.
    private static class Metadata<T>
    {
        public static readonly JsonTypeInfo<T>? Known = (JsonTypeInfo<T>?)Context.GetTypeInfo(typeof(T));
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(InstantConverter)])]
[JsonSerializable(typeof(StructuredOutcome))]
[JsonSerializable(typeof(SkillContract))]
[JsonSerializable(typeof(ResourceContract))]
[JsonSerializable(typeof(AgentProfile))]
[JsonSerializable(typeof(TenantProfile))]
[JsonSerializable(typeof(BudgetReport))]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(PinnedPlan))]
[JsonSerializable(typeof(PlanningRules))]
[JsonSerializable(typeof(FallbackWire))]
[JsonSerializable(typeof(FailureCatalog))]
[JsonSerializable(typeof(PriceTable))]
[JsonSerializable(typeof(RunSettings))]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(Simulation))]
[JsonSerializable(typeof(BudgetTrial))]
[JsonSerializable(typeof(LimitHit))]
[JsonSerializable(typeof(ReplayReport))]
[JsonSerializable(typeof(CalibrationReport))]
[JsonSerializable(typeof(SkillCalibration))]
[JsonSerializable(typeof(FailureEntry))]
[JsonSerializable(typeof(ModelSpec))]
[JsonSerializable(typeof(ModelFallback))]
[JsonSerializable(typeof(PriceEntry))]
[JsonSerializable(typeof(RecoveryRecord))]
[JsonSerializable(typeof(FailureLogEntry))]
[JsonSerializable(typeof(FailureMode))]
[JsonSerializable(typeof(EffectCase))]
[JsonSerializable(typeof(SideEffect))]
[JsonSerializable(typeof(QuotedWay))]
[JsonSerializable(typeof(SideEffectDeclaration))]
[JsonSerializable(typeof(SkillExample))]
[JsonSerializable(typeof(RateLimit))]
[JsonSerializable(typeof(LedgerLimit))]
[JsonSerializable(typeof(LearnedCost))]
[JsonSerializable(typeof(AccountReport))]
[JsonSerializable(typeof(RateReport))]
[JsonSerializable(typeof(SpenderReport))]
[JsonSerializable(typeof(StepReport))]
[JsonSerializable(typeof(PlannedStep))]
[JsonSerializable(typeof(StepParity))]
[JsonSerializable(typeof(StepFigures))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(Risk))]
[JsonSerializable(typeof(Alternative))]
[JsonSerializable(typeof(PlanStep))]
[JsonSerializable(typeof(SkillPin))]
[JsonSerializable(typeof(PlanningRule))]
[JsonSerializable(typeof(Policy))]
[JsonSerializable(typeof(PolicyCases))]
[JsonSerializable(typeof(PolicySource))]
[JsonSerializable(typeof(PlanningRulesSource))]
[JsonSerializable(typeof(PolicyTestReport))]
[JsonSerializable(typeof(CaseResult))]
[JsonSerializable(typeof(WhatIfReport))]
[JsonSerializable(typeof(VerdictChange))]
[JsonSerializable(typeof(PolicyRule))]
[JsonSerializable(typeof(PolicyMatch))]
[JsonSerializable(typeof(PolicyCase))]
[JsonSerializable(typeof(InputCondition))]
[JsonSerializable(typeof(TimeWindow))]
[JsonSerializable(typeof(PinnedZone))]
[JsonSerializable(typeof(ZoneOffset))]
[JsonSerializable(typeof(AppliedRule))]
[JsonSerializable(typeof(ValueList<AppliedRule>))]
[JsonSerializable(typeof(Weekday))]
[JsonSerializable(typeof(EffectClass))]
[JsonSerializable(typeof(StepId))]
[JsonSerializable(typeof(SkillRef))]
[JsonSerializable(typeof(Secrets.SecretGrant))]
[JsonSerializable(typeof(ErrorCode))]
[JsonSerializable(typeof(Payload))]
[JsonSerializable(typeof(RunSubmission))]
[JsonSerializable(typeof(SkillCall))]
[JsonSerializable(typeof(Cancellation))]
[JsonSerializable(typeof(ReplaySubmission))]
[JsonSerializable(typeof(ForkSubmission))]
[JsonSerializable(typeof(SignalSubmission))]
[JsonSerializable(typeof(Settlement))]
[JsonSerializable(typeof(QuerySubmission))]
[JsonSerializable(typeof(Decision))]
[JsonSerializable(typeof(Tightening))]
[JsonSerializable(typeof(PolicyPage))]
[JsonSerializable(typeof(RecoveryPage))]
[JsonSerializable(typeof(BudgetQuestion))]
[JsonSerializable(typeof(BudgetTrials))]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(RunPage))]
[JsonSerializable(typeof(ApprovalSummary))]
[JsonSerializable(typeof(ApprovalPage))]
[JsonSerializable(typeof(SkillPage))]
[JsonSerializable(typeof(AgentPage))]
[JsonSerializable(typeof(QueryNames))]
[JsonSerializable(typeof(ServerStatus))]
[JsonSerializable(typeof(Caller))]
[JsonSerializable(typeof(ApiKeySubmission))]
[JsonSerializable(typeof(ApiKeyInfo))]
[JsonSerializable(typeof(NewApiKey))]
[JsonSerializable(typeof(KeyRotation))]
[JsonSerializable(typeof(ApiKeyPage))]
[JsonSerializable(typeof(WebhookSubmission))]
[JsonSerializable(typeof(WebhookRotation))]
[JsonSerializable(typeof(WebhookInfo))]
[JsonSerializable(typeof(NewWebhook))]
[JsonSerializable(typeof(WebhookPage))]
[JsonSerializable(typeof(WebhookDelivery))]
[JsonSerializable(typeof(WebhookDeliveryPage))]
[JsonSerializable(typeof(WebhookMessage))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(Edit))]
[JsonSerializable(typeof(RunSummary))]
internal sealed partial class AosJsonContext : JsonSerializerContext;
