using Aos.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Aos.Tests.Skills.Attributes;

public sealed class SkillGeneratorTests
{
    private const string Usings = """
        using System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks;
        using System.Text.Json.Serialization;
        using Aos.Abstractions.Skills; using Aos.Contracts.Skills;
        public sealed record In(int N);

        """;

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator).Where(path => Path.GetFileName(path) is var name
            && (name.StartsWith("System.", StringComparison.Ordinal)
                || name.StartsWith("netstandard", StringComparison.Ordinal)
                || name is "Aos.Abstractions.dll" or "Aos.Contracts.dll"))
        .Select(path => MetadataReference.CreateFromFile(path))];

    [Theory]
    [InlineData(
        "AOS001",
        """static class S { [Skill("Weather", "1.0.0", Description = "d")] public static int M(In x) => 1; }""")]
    [InlineData(
        "AOS001", """static class S { [Skill("", "1.0.0", Description = "d")] public static int M(In x) => 1; }""")]
    [InlineData(
        "AOS002", """static class S { [Skill("a", "1.0", Description = "d")] public static int M(In x) => 1; }""")]
    [InlineData(
        "AOS002", """static class S { [Skill("a", "1.01.0", Description = "d")] public static int M(In x) => 1; }""")]
    [InlineData("AOS003", """static class S { [Skill("a", "1.0.0")] public static int M(In x) => 1; }""")]
    [InlineData(
        "AOS004", """static class S { [Skill("a", "1.0.0", Description = "d")] public static int M() => 1; }""")]
    [InlineData(
        "AOS004",
        """static class S { [Skill("a", "1.0.0", Description = "d")] public static int M(In x, In y) => 1; }""")]
    [InlineData(
        "AOS004",
        """static class S { [Skill("a", "1.0.0", Description = "d")] public static int M(ref In x) => 1; }""")]
    [InlineData(
        "AOS004", """static class S { [Skill("a", "1.0.0", Description = "d")] public static void M(In x) { } }""")]
    [InlineData(
        "AOS004",
        """static class S { [Skill("a", "1.0.0", Description = "d")] public static Task M(In x) => null!; }""")]
    [InlineData(
        "AOS004",
        """static class S { [Skill("a", "1.0.0", Description = "d")] public static int M(string x) => 1; }""")]
    [InlineData(
        "AOS004",
        """static class S { [Skill("a", "1.0.0", Description = "d")] public static int M(List<In> x) => 1; }""")]
    [InlineData(
        "AOS004", """static class S { [Skill("a", "1.0.0", Description = "d")] public static int M(In? x) => 1; }""")]
    [InlineData("AOS005", """[Skill("a", "1.0.0", Description = "d")] class C { }""")]
    [InlineData(
        "AOS006", """static class S { [Skill("a", "1.0.0", Description = "d")] private static int M(In x) => 1; }""")]
    [InlineData(
        "AOS006", """static class S { [Skill("a", "1.0.0", Description = "d")] public static int M<T>(In x) => 1; }""")]
    [InlineData(
        "AOS006", """class S<T> { [Skill("a", "1.0.0", Description = "d")] public static int M(In x) => 1; }""")]
    [InlineData(
        "AOS006",
        """class S { private static class P { [Skill("a", "1.0.0", Description = "d")] public static int M(In x) => 1; } }""")]
    [InlineData(
        "AOS007",
        """record B(TimeSpan T); static class S { [Skill("a", "1.0.0", Description = "d")] public static int M(B x) => 1; }""")]
    [InlineData(
        "AOS007",
        """record B(Dictionary<int, int> T); static class S { [Skill("a", "1.0.0", Description = "d")] public static int M(B x) => 1; }""")]
    [InlineData(
        "AOS007", """static class S { [Skill("a", "1.0.0", Description = "d")] public static object M(In x) => 1; }""")]
    [InlineData(
        "AOS007",
        """class B { public B(int other) { } } static class S { [Skill("a", "1.0.0", Description = "d")] public static int M(B x) => 1; }""")]
    [InlineData(
        "AOS008",
        """static class S { [Skill("a", "1.0.0", Description = "d"), SkillFailure("bad")] public static int M(In x) => 1; }""")]
    [InlineData(
        "AOS009",
        """static class S { [Skill("a", "1.0.0", Description = "d")] public static int M(In x) => 1; [Skill("a", "1.0.0", Description = "d")] public static int N(In x) => 1; }""")]
    [InlineData(
        "AOS010",
        """record B([property: JsonPropertyName("b")] int A, int B1) { [JsonPropertyName("b")] public int C { get; init; } } static class S { [Skill("a", "1.0.0", Description = "d")] public static int M(B x) => 1; }""")]
    public void A_wrong_declaration_is_told_at_its_place(string id, string source)
    {
        var (diagnostics, _) = Run(Usings + source);

        var diagnostic = Assert.Single(diagnostics);
        Assert.Equal((id, DiagnosticSeverity.Error), (diagnostic.Id, diagnostic.Severity));
        Assert.NotEqual(Location.None, diagnostic.Location);
        Assert.Equal(Usings.Count(c => c == '\n'), diagnostic.Location.GetLineSpan().StartLinePosition.Line);
    }

    [Fact]
    public void What_is_generated_compiles_without_a_warning()
    {
        var (diagnostics, output) = Run(Usings + """
            namespace N
            {
                public enum E { A, B }
                public sealed record Inner(E? E, string? S = "x\"y", double D = 1.5, decimal M = 2.5m, float F = .5f, E E2 = E.B, int? I = null);
                public sealed record Big(Inner Inner, List<Inner?> Many, Dictionary<string, Inner[]> Map) { public int @class { get; init; } }
                public sealed class Holder
                {
                    [Skill("a-b.c", "1.0.0-beta-1", Description = "d \"q\" \\ \n end")]
                    public async Task<SkillAnswer<Big?>> M(CancellationToken c, Big x, SkillCall call) { await Task.Yield(); return x; }
                }
            }
            """);

        Assert.Empty(diagnostics);
        Assert.Empty(
            output.GetDiagnostics(TestContext.Current.CancellationToken)
                .Where(d => d.Severity >= DiagnosticSeverity.Warning));
    }

    [Fact]
    public void A_project_without_declarations_gets_nothing()
    {
        var (_, output) = Run(Usings);

        Assert.Single(output.SyntaxTrees);
    }

    [Fact]
    public void An_edit_elsewhere_generates_nothing_anew()
    {
        var compilation = Compile(
            Usings + """static class S { [Skill("a", "1.0.0", Description = "d")] public static int M(In x) => 1; }""");
        var options =
            new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true);
        GeneratorDriver driver =
            CSharpGeneratorDriver.Create([new SkillGenerator().AsSourceGenerator()], driverOptions: options);
        driver = driver.RunGenerators(compilation, TestContext.Current.CancellationToken);

        var edited = compilation.AddSyntaxTrees(
            CSharpSyntaxTree.ParseText("class Other { }", cancellationToken: TestContext.Current.CancellationToken));
        var steps = driver.RunGenerators(edited, TestContext.Current.CancellationToken)
            .GetRunResult().Results[0].TrackedOutputSteps;

        Assert.NotEmpty(steps);
        Assert.All(steps.SelectMany(step => step.Value).SelectMany(step => step.Outputs),
            output => Assert.Equal(IncrementalStepRunReason.Cached, output.Reason));
    }

    private static (IReadOnlyList<Diagnostic> Diagnostics, Compilation Output) Run(string source)
    {
        var compilation = Compile(source);
        Assert.Empty(
            compilation.GetDiagnostics(TestContext.Current.CancellationToken)
                .Where(d => d.Severity == DiagnosticSeverity.Error));
        CSharpGeneratorDriver.Create(new SkillGenerator())
            .RunGeneratorsAndUpdateCompilation(
                compilation, out var output, out var diagnostics, TestContext.Current.CancellationToken);
        return (diagnostics, output);
    }

    private static CSharpCompilation Compile(string source) => CSharpCompilation.Create("Probe.Skills",
        [CSharpSyntaxTree.ParseText(
            source, path: "probe.cs", cancellationToken: TestContext.Current.CancellationToken)], References,
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
}
