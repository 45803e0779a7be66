using System.Collections.Concurrent;
using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Schemas;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Plans;
using Aos.Runtime.Documents;
using Aos.Runtime.Effects;

namespace Aos.Runtime.Skills;

/// <summary>The schemas and digests of registered skills, compiled on first use; what the kernel's validator asks.
/// Thread-safe.</summary>
internal sealed class CompiledSkills(ISkillRegistry registry) : ISkillLookup
{
    private readonly ConcurrentDictionary<SkillContract, CompiledSkill> _compiled =
        new(ReferenceEqualityComparer.Instance);

    public SkillContract? Resolve(SkillRef reference) =>
        registry.TryResolve(reference, out var skill) ? skill.Contract : null;

    public IReadOnlyList<SkillVersion> VersionsOf(SkillName name) =>
        [.. registry.All.Where(skill => skill.Contract.Name == name).Select(skill => skill.Contract.Version)];

    public IReadOnlyList<string> NamesLike(SkillName name) => Spelling.Nearest(name.Value,
        registry.All.Select(skill => skill.Contract.Name.Value).Distinct(StringComparer.Ordinal));

    public Digest DigestOf(SkillContract contract) => Of(contract).Digest;

    public IReadOnlyList<Problem> CheckInput(SkillContract contract, Payload input) => Check(Of(contract).Input, input);

    public IReadOnlyList<Problem> FindMistakes(SkillContract contract, Payload known)
    {
        if (!registry.TryGet(contract.Name, contract.Version, out var skill)) return [];
        try
        {
            return ForeignText.Of(ValueList.From(skill.FindMistakes(known)));
        }
        catch (Exception error)
        {
            return [
                new Problem(
                    "", ErrorCodes.InternalError, ForeignText.Of($"{contract.Name}@{contract.Version} has a defect: "
                + $"looking for mistakes in its input, it threw {error.GetType().Name}: {error.Message}")!)];
        }
    }

    public IReadOnlyList<Problem> CheckOutput(SkillContract contract, Payload result) =>
        Check(Of(contract).Output, result);

    private CompiledSkill Of(SkillContract contract) => _compiled.GetOrAdd(contract, CompiledSkill.Compile);

    private static IReadOnlyList<Problem> Check(JsonSchema schema, Payload value) =>
        schema.IsValid(value.Element) ? [] : SchemaProblems.Of(schema, value.Element);

    private sealed record CompiledSkill(JsonSchema Input, JsonSchema Output, Digest Digest)
    {
        public static CompiledSkill Compile(SkillContract contract) => new(
            Compile(contract, "input_schema", contract.InputSchema),
            Compile(contract, "output_schema", contract.OutputSchema),
            SkillCatalog.DigestOf(contract));

        private static JsonSchema Compile(SkillContract contract, string member, Payload schema)
        {
            var compilation = JsonSchema.Compile(schema.Element, SchemaOptions.Default);
            return compilation switch
            {
                SchemaCompilation.Compiled compiled => compiled.Schema,
                SchemaCompilation.Refused refused => throw new InvalidOperationException(
                    $"The {member} of {contract.Name}@{contract.Version} is no JSON "
                        + $"Schema: {refused.Problems[0].Message}"),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
    }
}
