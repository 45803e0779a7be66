using System.Text;
using System.Text.Json;
using Aos.Contracts.Agents;
using Aos.Contracts.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Plans;
using Aos.Contracts.Skills;
using Aos.Kernel.Plans;
using Aos.Runtime.Agents;
using Aos.Runtime.Budgets;
using Aos.Runtime.Planning;
using Aos.Runtime.Queries;
using Aos.Runtime.Skills;
using Aos.Skills.Standard.Http;
using Aos.Skills.Standard.JsonTransform;
using Aos.Skills.Standard.Llm;
using Aos.Tests.Schemas;
using Aos.Tests.Schemas.Generation;

namespace Aos.Tests.Documentation;

/// <summary>The examples of the documentation, taken from the pages: what users copy must work.</summary>
public sealed class ExampleTests
{
    [Fact]
    public void Every_kind_of_document_has_an_example_on_the_page_of_formats_or_of_the_api()
    {
        var kinds = MarkdownPage.All.Where(page => page.Path is "docs/formats.md" or "docs/api.md")
            .SelectMany(page => page.Blocks).Select(block => block.Kind);
        Assert.Empty(SchemaFile.All.Select(file => file.Name).Except(kinds, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_example_of_a_document_is_valid()
    {
        var wrong = MarkdownPage.All.SelectMany(page => page.Blocks)
            .SelectMany(
                block => Mistakes(block).Select(mistake => $"{block.Page}, {block.Kind}: {mistake}\n{block.Text}"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_workflow_of_the_examples_is_a_valid_plan()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "examples", "workflows"), "*.json");
        Assert.NotEmpty(files);
        var wrong = files.SelectMany(
            file => Document(new CodeBlock(Path.GetFileName(file), "json", "plan", File.ReadAllText(file)))
            .Select(mistake => $"{Path.GetFileName(file)}: {mistake}"));
        Assert.Empty(wrong);
    }

    private static IEnumerable<string> Mistakes(CodeBlock block) => block switch
    {
        { Language: "yaml", Kind: "agent_profile" } => Texts(ProfileReader.Read(Bytes(block)).Problems),
        { Language: "json", Kind: "" } => Json(block, out _),
        { Language: "json" } => Document(block),
        _ => [],
    };

    private static IEnumerable<string> Document(CodeBlock block)
    {
        if (SchemaFile.All.SingleOrDefault(file => file.Name == block.Kind) is not { } file)
            return [$"there is no schema '{block.Kind}'"];
        var mistakes = Json(block, out var element).ToList();
        if (mistakes.Count > 0) return mistakes;
        var errors = ContractDocuments.Compile(Repository.Read(file.Path)).Validate(element).Errors;
        if (!errors.IsEmpty) return errors.Select(error => $"{error.InstanceLocation}: {error.Message}");
        return JsonSerializer.Deserialize(element, file.Info) switch
        {
            Plan plan => Texts(PlanValidator.Validate(plan, Skills(), Contract()).Problems),
            Aos.Contracts.Policies.Policy policy =>
                Texts(Aos.Runtime.Policies.PolicyReader.Read(Contracts.AosJson.Write(policy)).Problems),
            PlanningRules rules => Texts(RulePlanner.Create(rules).Problems),
            SkillContract contract => Texts([.. SkillContractRules.Check(contract)]),
            null => ["it is null"],
            _ => [],
        };
    }

    private static IEnumerable<string> Json(CodeBlock block, out JsonElement element)
    {
        var parsed = StrictJson.Parse(Bytes(block), JsonLimits.Default);
        element = parsed is JsonReadResult.Read read ? read.Value : default;
        return parsed is JsonReadResult.Refused refused ? [refused.Problem.Message] : [];
    }

    private static ReadOnlyMemory<byte> Bytes(CodeBlock block) => Encoding.UTF8.GetBytes(block.Text);

    private static IEnumerable<string> Texts(IEnumerable<Problem> problems) =>
        problems.Select(problem => $"{problem.Pointer}: {problem.Message}");

    private static CompiledSkills Skills() =>
        new(SkillRegistry.Create(
            [new JsonTransformSkill(), new HttpCallSkill(TimeProvider.System), new LlmInvokeSkill(TimeProvider.System),
            new RuntimeQuerySkill((_, _, _) => throw new NotSupportedException("An example is not run."))]));

    private static ResourceContract Contract() =>
        ContractFactory.Grant(new Tenancy(new TenantProfile()), AgentProfiles.Default, budget: null).Contract!;
}
