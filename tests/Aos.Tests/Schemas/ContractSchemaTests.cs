using System.Text;
using System.Text.Json;
using Aos.Contracts;
using Aos.Contracts.Schemas;
using Aos.Contracts.Values;
using Aos.Tests.Schemas.Generation;
using static Aos.Tests.Schemas.ContractDocuments;

namespace Aos.Tests.Schemas;

public sealed class ContractSchemaTests
{
    public static TheoryData<string> Names => SchemaFileTests.Names;

    [Theory, MemberData(nameof(Names))]
    public void Every_contract_is_valid_by_its_schema_and_reads_back_equal(string name)
    {
        var file = SchemaFile.All.Single(file => file.Name == name);
        var schema = Compile(Repository.Read(file.Path));
        foreach (var sample in ContractSamples.Of(file.Info.Type))
        {
            var text = JsonSerializer.Serialize(sample, file.Info);
            var errors = schema.Validate(JsonElement.Parse(text)).Errors;
            Assert.True(
                errors.IsEmpty,
                $"{text}\n{string.Join('\n', errors.Select(error => $"{error.InstanceLocation} {error.Message}"))}");
            Assert.Equal(sample, JsonSerializer.Deserialize(text, file.Info));
        }
    }

    [Fact]
    public void The_plan_of_the_documentation_is_valid()
    {
        Assert.Empty(Errors(ContractSchemas.Plan, PlanExample));
        var plan = AosJson.Read<Contracts.Plans.Plan>(Encoding.UTF8.GetBytes(PlanExample));
        Assert.Equal(["fetch", "price", "tell"], plan.Steps.Select(step => step.Id.Value));
    }

    [Fact]
    public void A_profile_that_says_everything_is_valid() =>
        Assert.Empty(Errors(ContractSchemas.AgentProfile, ProfileExample));

    [Fact]
    public void What_ships_with_the_product_keeps_the_schemas()
    {
        Assert.Empty(
            Errors(ContractSchemas.FailureCatalog, Repository.Read("src/Aos.Contracts/Failures/failure_catalog.json")));
        Assert.Empty(
            Errors(ContractSchemas.PlanningRules, Repository.Read("src/Aos.Runtime/Planning/built_in_rules.json")));
    }

    [Fact]
    public void A_document_may_name_its_schema() =>
        Assert.Empty(Errors(ContractSchemas.Plan,
            """{"$schema":"https://aos.dev/schemas/v1/plan.schema.json","steps":[{"id":"a","skill":"b"}]}"""));

    [Theory]
    [InlineData("""{}""", "", "required")]
    [InlineData("""{"steps":[]}""", "/steps", "minItems")]
    [InlineData("""{"goal":null,"steps":[{"id":"a","skill":"b"}]}""", "/goal", "type")]
    [InlineData("""{"steps":[{"skill":"b"}]}""", "/steps/0", "required")]
    [InlineData("""{"steps":[{"id":"1a","skill":"b"}]}""", "/steps/0/id", "pattern")]
    [InlineData("""{"steps":[{"id":"a","skill":"B"}]}""", "/steps/0/skill", "pattern")]
    [InlineData("""{"steps":[{"id":"a","skill":"b","timeout":1}]}""", "/steps/0/timeout", "false")]
    [InlineData("""{"steps":[{"id":"a","skill":"b","timeout_ms":0}]}""", "/steps/0/timeout_ms", "minimum")]
    [InlineData("""{"steps":[{"id":"a","skill":"b","timeout_ms":86400001}]}""", "/steps/0/timeout_ms", "maximum")]
    [InlineData("""{"steps":[{"id":"a","skill":"b","timeout_ms":1.5}]}""", "/steps/0/timeout_ms", "type")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"b","retry":{"max_attempts":0}}]}""", "/steps/0/retry/max_attempts", "minimum")]
    [InlineData(
        """{"steps":[{"id":"a","skill":"b","retry":{"max_attempts":9999999999}}]}""",
        "/steps/0/retry/max_attempts", "maximum")]
    [InlineData("""{"steps":[{"id":"a","skill":"b","input":[]}]}""", "/steps/0/input", "type")]
    [InlineData("""{"steps":[{"id":"a","skill":"b","input":{"$blob":"x"}}]}""", "/steps/0/input/$blob", "false")]
    [InlineData("""{"steps":[{"id":"a","skill":"b","depends_on":["a b"]}]}""", "/steps/0/depends_on/0", "pattern")]
    [InlineData("""{"steps":[{"id":"a","skill":"b","on_failure":"retry"}]}""", "/steps/0/on_failure", "oneOf")]
    [InlineData("""{"steps":[{"id":"a","skill":"b","on_failure":{"fallback":{}}}]}""", "/steps/0/on_failure", "oneOf")]
    public void A_wrong_plan_is_refused_at_its_place(string plan, string pointer, string keyword) =>
        AssertRefused(ContractSchemas.Plan, plan, pointer, keyword);

    [Theory]
    [InlineData("""{}""", "", "required")]
    [InlineData("""{"agent_id":"a b"}""", "/agent_id", "pattern")]
    [InlineData("""{"agent_id":"a","skill":["x"]}""", "/skill", "false")]
    [InlineData("""{"agent_id":"a","skills":["x@?"]}""", "/skills/0", "pattern")]
    [InlineData("""{"agent_id":"a","budget":{"per_run_cents":-1}}""", "/budget/per_run_cents", "minimum")]
    [InlineData("""{"agent_id":"a","budget":{"per_run_cents":0.00000001}}""", "/budget/per_run_cents", "multipleOf")]
    [InlineData("""{"agent_id":"a","budget":{"per_run_cents":1e15}}""", "/budget/per_run_cents", "maximum")]
    [InlineData("""{"agent_id":"a","budget":{"mode":"Hard"}}""", "/budget/mode", "enum")]
    [InlineData("""{"agent_id":"a","limits":{"max_steps":201}}""", "/limits/max_steps", "maximum")]
    [InlineData("""{"agent_id":"a","limits":{"max_attempts":1001}}""", "/limits/max_attempts", "maximum")]
    [InlineData("""{"agent_id":"a","limits":{"max_parallel_steps":65}}""", "/limits/max_parallel_steps", "maximum")]
    [InlineData("""{"agent_id":"a","limits":{"max_run_seconds":604801}}""", "/limits/max_run_seconds", "maximum")]
    [InlineData("""{"agent_id":"a","limits":{"max_planner_rounds":11}}""", "/limits/max_planner_rounds", "maximum")]
    [InlineData("""{"agent_id":"a","limits":{"rates":[{"skill":"x","calls":1}]}}""", "/limits/rates/0", "required")]
    [InlineData("""{"agent_id":"a","network":{"allow":["two words"]}}""", "/network/allow/0", "pattern")]
    [InlineData("""{"agent_id":"a","config":{"http_call":1}}""", "/config/http_call", "type")]
    [InlineData("""{"agent_id":"a","planner":{"mode":"static"}}""", "/planner", "required")]
    public void A_wrong_profile_is_refused_at_its_place(string profile, string pointer, string keyword) =>
        AssertRefused(ContractSchemas.AgentProfile, profile, pointer, keyword);

    [Theory]
    [InlineData("""{"entries":[]}""", "", "required")]
    [InlineData(
        """{"version":"1","entries":[{"code":"timeout","category":"transient","cause":"c","cure":"d"}]}""",
        "/entries/0/code", "pattern")]
    [InlineData(
        """{"version":"1","entries":[{"code":"A","category":"odd","cause":"c","cure":"d"}]}""",
        "/entries/0/category", "enum")]
    [InlineData(
        """{"version":"1","entries":[{"code":"A","category":"limit","cause":"c"}]}""", "/entries/0", "required")]
    [InlineData(
        """{"version":"1","entries":[{"code":"A","category":"limit","cause":"c","cure":"d","retry":{}}]}""",
        "/entries/0/retry", "required")]
    [InlineData(
        """{"version":"1","entries":[{"code":"A","category":"limit","cause":"c","cure":"d","exit_code":256}]}""",
        "/entries/0/exit_code", "maximum")]
    public void A_wrong_catalog_is_refused_at_its_place(string catalog, string pointer, string keyword) =>
        AssertRefused(ContractSchemas.FailureCatalog, catalog, pointer, keyword);

    [Theory]
    [InlineData("""{"version":"1","rules":[]}""", "/rules", "minItems")]
    [InlineData("""{"version":"1","rules":[{"id":"a","plan":{}}]}""", "/rules/0", "required")]
    [InlineData("""{"version":"1","rules":[{"id":"a","pattern":"x","plan":[]}]}""", "/rules/0/plan", "type")]
    [InlineData(
        """{"version":"1","rules":[{"id":"a","pattern":"x","plan":{},"requires":["notify_url"]}]}""",
        "/rules/0/requires/0", "pattern")]
    public void A_wrong_rule_file_is_refused_at_its_place(string rules, string pointer, string keyword) =>
        AssertRefused(ContractSchemas.PlanningRules, rules, pointer, keyword);

    [Theory]
    [InlineData("input_schema", "1", "/input_schema", "type")]
    [InlineData("timeout_ms", "0", "/timeout_ms", "minimum")]
    [InlineData("version", "\"1.0\"", "/version", "pattern")]
    [InlineData("effect", """{"default":"safe"}""", "/effect/default", "enum")]
    [InlineData("cost", """{"worst_cents":-1}""", "/cost/worst_cents", "minimum")]
    public void A_wrong_skill_contract_is_refused_at_its_place(
        string member, string value, string pointer, string keyword)
    {
        var members = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = "\"x\"",
            ["version"] = "\"1.0.0\"",
            ["description"] = "\"d\"",
            ["input_schema"] = "{}",
            ["output_schema"] = "true",
        };
        Assert.Empty(Errors(ContractSchemas.SkillContract, Write(members)));
        members[member] = value;
        AssertRefused(ContractSchemas.SkillContract, Write(members), pointer, keyword);
    }

    [Fact]
    public void Every_list_of_the_contracts_has_a_converter_and_every_item_its_metadata()
    {
        var options = AosJson.Of<Contracts.Plans.Plan>().Options;
        var lists = typeof(AosJson).Assembly.GetTypes().SelectMany(type => type.GetProperties())
            .Select(property => property.PropertyType)
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueList<>)
                && !type.ContainsGenericParameters)
            .Distinct().ToList();
        Assert.True(lists.Count > 10, "The search finds no lists any more.");
        Assert.All(lists, list =>
        {
            Assert.True(
                new ValueListConverterFactory().CanConvert(list), $"{list} is missing in ValueListConverterFactory.");
            Assert.NotNull(options.GetTypeInfo(list.GetGenericArguments()[0]));
        });
    }

    private static string Write(Dictionary<string, string> members) =>
        "{" + string.Join(",", members.Select(member => $"\"{member.Key}\":{member.Value}")) + "}";
}
