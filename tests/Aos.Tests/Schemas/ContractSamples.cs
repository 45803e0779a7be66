using System.Reflection;
using Aos.Contracts.Models;
using Aos.Contracts.Plans;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Tests.Schemas;

/// <summary>Values of contract types, made by reflection so that a member which is added later is not
/// forgotten.</summary>
internal static class ContractSamples
{
    private static readonly DateTimeOffset Moment = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    /// <summary>Values with every member set and with no more than must be, for each case of a closed family.</summary>
    public static IEnumerable<object> Of(Type type)
    {
        foreach (var concrete in CasesOf(type))
        {
            yield return Make(concrete, isFull: true);
            yield return Make(concrete, isFull: false);
        }
    }

    private static IEnumerable<Type> CasesOf(Type type) => type.IsAbstract
        ? type.GetNestedTypes().Where(nested => !nested.IsAbstract && nested.IsSubclassOf(type))
        : [type];

    private static object Make(Type type, bool isFull)
    {
        if (Leaf(type) is { } leaf) return leaf;
        if (type.IsEnum) return EnumValue(type, isFull);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueList<>))
            return List(type.GetGenericArguments()[0], isFull);
        if (type == typeof(ValueMap<ModelSpec>))
            return ValueMap.From([KeyValuePair.Create("fast", (ModelSpec)Make(typeof(ModelSpec), isFull))]);
        if (type == typeof(PolicySource))
            return isFull ? new PolicySource.Inline((Policy)Make(typeof(Policy), isFull: false))
                : new PolicySource.Named("outbound");
        if (type == typeof(PlanningRulesSource))
            return isFull ? new PlanningRulesSource.Inline((PlanningRules)Make(typeof(PlanningRules), isFull: false))
                : new PlanningRulesSource.Beside("rules.json");
        if (type == typeof(OnFailure)) return isFull ? Fallback() : new OnFailure.Continue();
        var constructor = type.GetConstructor([]) ?? type.GetConstructors().Single();
        var arguments = constructor.GetParameters().Select(parameter => Argument(parameter, isFull)).ToArray();
        var made = constructor.Invoke(arguments);
        if (arguments.Length == 0) SetMembers(made, isFull);
        return made;
    }

    private static void SetMembers(object made, bool isFull)
    {
        var nullability = new NullabilityInfoContext();
        foreach (var property in made.GetType().GetProperties().Where(property => property.CanWrite))
        {
            var bounds = property.GetCustomAttribute<BoundsAttribute>();
            var canBeAbsent = nullability.Create(property).WriteState == NullabilityState.Nullable
                || bounds is not { Least: > 0 };
            var isRequired = property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute));
            if (!isFull && !isRequired && canBeAbsent) continue;
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            property.SetValue(made, type == typeof(Payload) ? PayloadFor(property)
                : type == typeof(string) ? Text(property)
                : type == typeof(int) && bounds is not null ? (int)Math.Min(bounds.Most, 7)
                : type == typeof(long) && bounds is not null ? Math.Min(bounds.Most, 7L)
                : type == typeof(double) ? 0.5
                : property.Name == nameof(ModelFallback.On) ? (ValueList<string>)["transient", "TIMEOUT"]
                : property.Name == nameof(PlanningRule.Requires) ? (ValueList<string>)["/notify_url"]
                : Make(type, isFull || bounds is not null));
        }
    }

    private static object? Argument(ParameterInfo parameter, bool isFull)
    {
        var isNullable = Nullable.GetUnderlyingType(parameter.ParameterType) is not null;
        return isNullable && !isFull
            ? null : Make(Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType, isFull);
    }

    private static object List(Type item, bool isFull)
    {
        var items = Array.CreateInstance(item, 2);
        items.SetValue(Make(item, isFull), 0);
        items.SetValue(Make(item, isFull: false), 1);
        return typeof(ValueList).GetMethod(nameof(ValueList.From))!.MakeGenericMethod(item).Invoke(null, [items])!;
    }

    private static object EnumValue(Type type, bool isLast)
    {
        var values = Enum.GetValues(type);
        return values.GetValue(isLast ? values.Length - 1 : 0)!;
    }

    private static OnFailure.Fallback Fallback() => new((FallbackCall)Make(typeof(FallbackCall), isFull: true));

    private static Payload PayloadFor(PropertyInfo property) => Payload.FromUtf8(
        property.DeclaringType == typeof(WaitSpec) ? "60000"u8.ToArray()
        : property.DeclaringType == typeof(Contracts.Agents.AgentProfile)
        ? """{"http_call":{"retries":0}}"""u8.ToArray()
        : property.Name == nameof(RunEvent.AttemptReturned.Result) ? "[1,null,\"é\"]"u8.ToArray()
        : """{"a":[1.50,true]}"""u8.ToArray());

    private static string Text(PropertyInfo property) =>
        property switch
        {
            { Name: "BaseUrl" } => "https://models.example/v1",
            { Name: "Date" } => "2026-01-31",
            { Name: "Model" or "Secret" } => "a_name",
            { Name: nameof(Policy.Name) } when property.DeclaringType == typeof(Policy) => "outbound",
            { Name: nameof(InputCondition.Path) } when property.DeclaringType == typeof(InputCondition) => "/a~1b/0",
            { Name: not nameof(TimeWindow.Zone) } when property.DeclaringType == typeof(TimeWindow) => "08:30",
            _ => property.Name.EndsWith("Id", StringComparison.Ordinal) ? "an.id-1" : "a text: é \"quoted\"",
        };

    private static object? Leaf(Type type) => type switch
    {
        _ when type == typeof(string) => "word",
        _ when type == typeof(bool) => true,
        _ when type == typeof(int) => 7,
        _ when type == typeof(long) => 3_000_000_000L,
        _ when type == typeof(double) => 12.5,
        _ when type == typeof(DateTimeOffset) => Moment,
        _ when type == typeof(TokenRate) => TokenRate.FromUsd(0.075m),
        _ when type == typeof(Money) => new Money(123_456_789),
        _ when type == typeof(Payload) => Payload.FromUtf8("[1]"u8.ToArray()),
        _ when type == typeof(RunId) => RunId.Parse("run_abcdefgh12"),
        _ when type == typeof(StepId) => StepId.Parse("fetch_1"),
        _ when type == typeof(ErrorCode) => ErrorCode.Parse("TIMEOUT"),
        _ when type == typeof(SkillName) => SkillName.Parse("http_call"),
        _ when type == typeof(SkillVersion) => SkillVersion.Parse("1.2.3-beta.1"),
        _ when type == typeof(SkillRef) => SkillRef.Parse("http_call@>=1.2.0 <2.0.0"),
        _ when type == typeof(Contracts.Secrets.SecretGrant) =>
            Contracts.Secrets.SecretGrant.Parse("API_KEY@api.example.com"),
        _ when type == typeof(Contracts.Secrets.SecretName) => Contracts.Secrets.SecretName.Parse("API_KEY"),
        _ when type == typeof(SignalName) => SignalName.Parse("order.paid:1"),
        _ when type == typeof(Digest) => Digest.Of("x"u8),
        _ when type == typeof(ApprovalId) => Approval(),
        _ => null,
    };

    private static ApprovalId Approval() =>
        ApprovalId.TryParse("apr_0123456789abcdef", out var id)
            ? id : throw new InvalidOperationException("The sample is no id.");
}
