using System.Reflection;
using System.Runtime.CompilerServices;
using Aos.Kernel.Runs;

namespace Aos.Tests.Architecture;

/// <summary>The kernel computes. It has nothing to do anything else with.</summary>
public sealed class KernelPurityTests
{
    private static readonly Assembly Kernel = typeof(RunKernel).Assembly;

    // Measuring coverage adds types of its own to the assembly, and the reference that they need.
    private static readonly Type[] Types =
        [.. Kernel.GetTypes()
            .Where(type => type.Namespace?.StartsWith("Microsoft.CodeCoverage", StringComparison.Ordinal) != true)];

    private static readonly string[] OfCoverage = Types.Length == Kernel.GetTypes().Length ? [] : ["netstandard"];

    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance
            | BindingFlags.DeclaredOnly;

    // What it computes with. Threads, tasks, files, sockets, processes, the console and timers live elsewhere.
    private static readonly string[] Allowed =
    [
        "Aos.Contracts", "System.Runtime", "System.Collections", "System.Collections.Immutable", "System.Linq",
        "System.Memory",
        "System.Security.Cryptography", "System.Text.Json", "System.Text.Encodings.Web", "System.Runtime.Extensions",
    ];

    [Fact]
    public void It_references_the_contracts_and_what_computes() =>
        Assert.Empty(
            Kernel.GetReferencedAssemblies().Select(name => name.Name!)
                .Except([.. Allowed, .. OfCoverage], StringComparer.Ordinal));

    [Fact]
    public void It_has_no_static_that_changes() => Assert.Empty(Types.Where(type => !IsGenerated(type))
        .SelectMany(type => type.GetFields(Everything))
        .Where(field => field is { IsStatic: true, IsInitOnly: false, IsLiteral: false } && !IsGenerated(field))
        .Select(field => $"{field.DeclaringType}.{field.Name}"));

    [Fact]
    public void Nothing_in_it_waits() => Assert.Empty(Types.SelectMany(type => type.GetMethods(Everything))
        .Where(method => method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType)
            .Any(type => type.Namespace?.StartsWith("System.Threading", StringComparison.Ordinal) == true))
        .Select(method => $"{method.DeclaringType}.{method.Name}"));

    [Fact]
    public void What_it_shows_never_changes() => Assert.Empty(Kernel.GetExportedTypes()
        .SelectMany(type => type.GetProperties())
        .Where(property => property.SetMethod is { IsPublic: true } set
            && !set.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit"))
        .Select(property => $"{property.DeclaringType}.{property.Name}"));

    private static bool IsGenerated(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute))
            || (member.DeclaringType is { } outer && IsGenerated(outer))
        || member.Name.Contains('<', StringComparison.Ordinal);
}
