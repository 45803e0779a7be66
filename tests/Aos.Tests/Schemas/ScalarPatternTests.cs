using System.Text.Json;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Tests.Schemas.Generation;
using CsCheck;
using static Aos.Tests.Schemas.ContractDocuments;

namespace Aos.Tests.Schemas;

/// <summary>The patterns of the schemas against what the types read.</summary>
public sealed class ScalarPatternTests
{
    [Fact]
    public void Every_scalar_has_a_pattern()
    {
        var scalars =
            typeof(StepId).Assembly.GetTypes().Where(type => type.IsValueType && type.GetInterfaces().Any(face =>
            face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IScalar<>)));
        Assert.All(scalars, type => Assert.NotNull(ScalarSchemas.NameOf(type)));
    }

    [Fact] public void Run_ids_match_their_pattern() => AssertExact<RunId>("run_abcdefgh", "run_a1b2c3d4e5");
    [Fact] public void Step_ids_match_their_pattern() => AssertExact<StepId>("_", "Step_1", new string('a', 64));
    [Fact] public void Approval_ids_match_their_pattern() => AssertExact<ApprovalId>("apr_0123456789abcdef");
    [Fact] public void Digests_match_their_pattern() => AssertExact<Digest>($"sha256:{new string('0', 64)}");
    [Fact] public void Codes_match_their_pattern() => AssertExact<ErrorCode>("HTTP_5XX", new string('A', 64));
    [Fact]
    public void Skill_names_match_their_pattern() =>
        AssertExact<SkillName>("a", "http_call", "my.skill-2", new string('a', 64));

    [Fact]
    public void Names_of_secrets_match_their_pattern() =>
        AssertExact<Contracts.Secrets.SecretName>("_", "API_KEY", new string('a', 128));

    [Fact]
    public void Versions_and_ranges_that_are_read_match_their_patterns()
    {
        AssertAccepted<SkillVersion>("1.2.3", "0.0.0", "2.0.0-beta.1", "1.0.0--", "999999999.0.0");
        AssertAccepted<VersionRange>("*", "1", "1.4", "1.4.0", "^1.4.0", "~1.4.0", ">=1.2.0 <2.0.0", " =1.0.0-a ");
        AssertAccepted<Contracts.Secrets.SecretGrant>(
            "API_KEY", "API_KEY@api.example.com", "_@*.example.com:8443", "A@[fd00::/8]:443");
        AssertAccepted<SkillRef>("http_call", "http_call@1", "http_call@>=1.2.0 <2.0.0", "a@*");
    }

    private static void AssertExact<T>(params string[] examples) where T : struct, IScalar<T>
    {
        var schema = Compile(ScalarSchemas.SchemaOf(typeof(T)).ToJsonString());
        foreach (var example in examples) AssertSame(example, isExample: true);
        Gen.Select(
            Gen.Int[0, examples.Length - 1].Select(i => examples[i]), Gen.Int[0, 70],
            Gen.OneOf(Gen.Const(""), Gen.Char["aZ09_-. \né:"].Select(c => c.ToString()), Gen.Const("aaaaaaaa")))
            .Sample((example, at, edit) => AssertSame(Edit(example, at, edit), isExample: false));

        void AssertSame(string text, bool isExample)
        {
            var isRead = T.TryParse(text, out _);
            Assert.True(isRead || !isExample, $"'{text}' should be {T.Rule}.");
            Assert.Equal(isRead, schema.IsValid(JsonSerializer.SerializeToElement(text)));
        }
    }

    private static void AssertAccepted<T>(params string[] examples) where T : struct, IScalar<T>
    {
        var schema = Compile(ScalarSchemas.SchemaOf(typeof(T)).ToJsonString());
        foreach (var example in examples)
        {
            Assert.True(T.TryParse(example, out _), $"'{example}' should be {T.Rule}.");
            Assert.True(schema.IsValid(JsonSerializer.SerializeToElement(example)), $"'{example}' breaks its pattern.");
        }
    }

    // Cuts at a place, or puts something there.
    private static string Edit(string text, int at, string edit)
    {
        var place = Math.Min(at, text.Length);
        return edit.Length == 0 ? text[..place] : text.Insert(place, edit);
    }
}
