using System.Collections.Immutable;
using System.Text;
using Aos.Generators.Emission;
using Aos.Generators.Skills;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Aos.Generators;

/// <summary>Makes an <c>ISkill</c> of each declaration with <c>[Skill]</c>, and a class that registers all.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class SkillGenerator : IIncrementalGenerator
{
    private const string Attribute = "Aos.Abstractions.Skills.SkillAttribute";
    private const string Services = "Microsoft.Extensions.DependencyInjection.IServiceCollection";

    /// <inheritdoc />
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var skills = context.SyntaxProvider.ForAttributeWithMetadataName(Attribute,
            static (node, _) => node is MethodDeclarationSyntax or TypeDeclarationSyntax,
            static (found, _) => SkillReader.Read(found.TargetSymbol, found.Attributes[0],
                NamespaceOf(found.SemanticModel.Compilation)));
        var project = context.CompilationProvider.Select(static (compilation, _) => new ProjectFacts(
            NamespaceOf(compilation),
            compilation.GetTypeByMetadataName(Services) is not null));
        context.RegisterSourceOutput(skills.Collect().Combine(project),
            static (output, parts) => Emit(output, parts.Left, parts.Right));
    }

    private static void Emit(
        SourceProductionContext output, ImmutableArray<SkillDeclaration> skills, ProjectFacts project)
    {
        if (skills.IsEmpty) return;
        foreach (var found in skills.SelectMany(skill => skill.Diagnostics))
            output.ReportDiagnostic(found.ToDiagnostic());
        var good = new List<SkillDeclaration>();
        var sound = skills.Where(skill => skill.ClassName.Length > 0)
            .OrderBy(skill => skill.Id, StringComparer.Ordinal);
        foreach (var group in sound.GroupBy(skill => skill.ClassName, StringComparer.OrdinalIgnoreCase))
        {
            good.Add(group.First());
            foreach (var twice in group.Skip(1))
                output.ReportDiagnostic(
                    new DiagnosticInfo(Diagnostics.Twice, twice.Place, twice.Id, "").ToDiagnostic());
        }
        foreach (var skill in good)
            output.AddSource($"{skill.ClassName}.g.cs", SourceText.From(skill.Source, Encoding.UTF8));
        output.AddSource("DeclaredSkills.g.cs",
            SourceText.From(RegistrationCode.Write(project.Namespace, good, project.HasServices), Encoding.UTF8));
    }

    // The namespace of the project, so that two projects' registrations do not collide where one sees the other.
    private static string NamespaceOf(Compilation compilation) =>
        string.Join(".", (compilation.AssemblyName ?? "Skills").Split('.').Select(Names.Identifier));

    private sealed record ProjectFacts(string Namespace, bool HasServices);
}
