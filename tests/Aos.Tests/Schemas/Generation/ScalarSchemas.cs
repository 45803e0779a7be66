using System.Text.Json.Nodes;
using Aos.Contracts.Secrets;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Tests.Schemas.Generation;

/// <summary>The schemas of values that are one JSON string. A test compares each pattern with what the type reads:
/// versions and ranges may be stricter than their patterns.</summary>
internal static class ScalarSchemas
{
    // What exactly a range is would be an unreadable pattern; reading it says what is wrong with it.
    private const string Range = "[0-9A-Za-z.*^~<>= -]{1,128}";
    private const string Name = "[a-z][a-z0-9_.-]{0,63}";

    private static readonly Dictionary<Type, (string Name, string Rule, string Pattern)> Known = new()
    {
        [typeof(RunId)] = Of<RunId>("run_id", "^run_[a-z0-9]{8,40}$"),
        [typeof(StepId)] = Of<StepId>("step_id", "^[A-Za-z_][A-Za-z0-9_]{0,63}$"),
        [typeof(ApprovalId)] = Of<ApprovalId>("approval_id", "^apr_[a-z0-9]{16,64}$"),
        [typeof(SignalName)] = Of<SignalName>("signal_name", "^[A-Za-z0-9_.:-]{1,128}$"),
        [typeof(Digest)] = Of<Digest>("digest", "^sha256:[0-9a-f]{64}$"),
        [typeof(ErrorCode)] = Of<ErrorCode>("error_code", "^[A-Z][A-Z0-9_]{0,63}$"),
        [typeof(SkillName)] = Of<SkillName>("skill_name", $"^{Name}$"),
        [typeof(SkillVersion)] =
            Of<SkillVersion>("skill_version", @"^(?=.{1,64}$)[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?$"),
        [typeof(VersionRange)] = Of<VersionRange>("version_range", $"^{Range}$"),
        [typeof(SecretName)] = Of<SecretName>("secret_name", "^[A-Za-z_][A-Za-z0-9_]{0,127}$"),
        [typeof(SecretGrant)] = Of<SecretGrant>("secret_grant", "^[A-Za-z_][A-Za-z0-9_]{0,127}(?:@.+)?$"),
        [typeof(SkillRef)] = Of<SkillRef>("skill_ref", $"^{Name}(?:@{Range})?$"),
    };

    public static IEnumerable<Type> Types => Known.Keys;

    /// <summary>The name under which the schema of a scalar is defined; null where the type is none.</summary>
    public static string? NameOf(Type type) => Known.TryGetValue(type, out var known) ? known.Name : null;

    public static JsonObject SchemaOf(Type type) => new()
    {
        ["description"] = char.ToUpperInvariant(Known[type].Rule[0]) + Known[type].Rule[1..] + ".",
        ["type"] = "string",
        ["pattern"] = Known[type].Pattern,
    };

    private static (string Name, string Rule, string Pattern) Of<T>(string name, string pattern)
        where T : struct, IScalar<T> =>
        (name, T.Rule, pattern);
}
