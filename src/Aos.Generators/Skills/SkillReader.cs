using Aos.Generators.Emission;
using Aos.Generators.Types;
using Microsoft.CodeAnalysis;

namespace Aos.Generators.Skills;

/// <summary>Reads one declaration: its attributes, its shape and its types.</summary>
internal static class SkillReader
{
    private const string Handler = "Aos.Abstractions.Skills.ISkillHandler<TInput, TOutput>";
    private const string Call = "Aos.Abstractions.Skills.SkillCall";
    private const string Cancel = "System.Threading.CancellationToken";
    private const string Answer = "Aos.Abstractions.Skills.SkillAnswer<T>";

    /// <summary>Reads a declaration.</summary>
    public static SkillDeclaration Read(ISymbol symbol, AttributeData attribute, string @namespace)
    {
        var place = Place.Of(symbol);
        var diagnostics = new DiagnosticBag();
        var contract = ContractCode.Read(symbol, attribute, diagnostics, place);
        var method = symbol as IMethodSymbol ?? HandlerMethod((INamedTypeSymbol)symbol, diagnostics, place);
        var holder = method is null ? null : symbol as INamedTypeSymbol ?? method.ContainingType;
        var source = "";
        var className = Names.ClassName(contract.Name, contract.Version);
        if (method is not null && CheckReach(holder!, method, diagnostics, place)
            && ReadParts(method, holder!, diagnostics, place) is { } parts && diagnostics.IsEmpty)
            source = SkillCode.Write(@namespace, className, contract, parts);
        var isStatic = method?.IsStatic is true;
        return new SkillDeclaration($"{contract.Name}@{contract.Version}", diagnostics.IsEmpty ? className : "", source,
            isStatic || holder is null ? "" : holder.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat),
            holder is not null && CanBeMade(holder), place, diagnostics.ToArray());
    }

    private static SkillParts? ReadParts(
        IMethodSymbol method, INamedTypeSymbol holder, DiagnosticBag diagnostics, Place place)
    {
        if (Arguments(method, out var input) is not { } arguments || input is null)
        {
            diagnostics.Add(Diagnostics.BadParameters, place, method.Name, "a parameter is missing or of another type");
            return null;
        }
        var (returned, isAwaited) = Unwrap(method.ReturnType);
        if (returned is null || returned.SpecialType == SpecialType.System_Void)
        {
            diagnostics.Add(Diagnostics.BadParameters, place, method.Name, "there is no result");
            return null;
        }
        var isAnswer = (returned as INamedTypeSymbol)?.ConstructedFrom.ToDisplayString() == Answer;
        var inputs = new TypeReader(diagnostics, place);
        var outputs = new TypeReader(diagnostics, place);
        var inputUse = inputs.Read(input, input.Name);
        var output = isAnswer ? ((INamedTypeSymbol)returned).TypeArguments[0] : returned;
        var outputUse = outputs.Read(output, output.Name);
        if (inputUse is not null && (inputUse.Shape is not ObjectShape || inputUse.IsNullable))
            diagnostics.Add(Diagnostics.BadParameters, place, method.Name, "the input is a record or class, not null");
        if (inputUse is null || outputUse is null) return null;
        var target = holder.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        // Through the interface, because a class may implement it explicitly.
        var receiver = method.IsStatic ? target
            : method.ContainingType.TypeKind == TypeKind.Interface
                ? $"(({method.ContainingType.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)})target)"
                : "target";
        return new SkillParts(
            new SkillCallShape(method.Name, receiver, method.IsStatic ? "" : target, arguments, isAwaited),
            inputUse, [.. inputs.Named], outputUse, [.. outputs.Named]);
    }

    // The arguments of the call in C#, in the order of the parameters; null where there is one that nobody has.
    private static string? Arguments(IMethodSymbol method, out ITypeSymbol? input)
    {
        input = null;
        var arguments = new List<string>();
        foreach (var parameter in method.Parameters)
        {
            var argument = parameter.Type.ToDisplayString() switch
            {
                Call => "call",
                Cancel => "cancel",
                _ => "input",
            };
            if (arguments.Contains(argument) || parameter.RefKind != RefKind.None) return null;
            if (argument == "input") input = parameter.Type;
            arguments.Add(argument);
        }
        return string.Join(", ", arguments);
    }

    private static (ITypeSymbol? Type, bool IsAwaited) Unwrap(ITypeSymbol type)
    {
        var name = (type as INamedTypeSymbol)?.ConstructedFrom.ToDisplayString();
        return name switch
        {
            "System.Threading.Tasks.Task<TResult>" or "System.Threading.Tasks.ValueTask<TResult>" =>
                (((INamedTypeSymbol)type).TypeArguments[0], true),
            "System.Threading.Tasks.Task" or "System.Threading.Tasks.ValueTask" => (null, true),
            _ => (type, false),
        };
    }

    private static IMethodSymbol? HandlerMethod(INamedTypeSymbol type, DiagnosticBag diagnostics, Place place)
    {
        var handlers = type.AllInterfaces
            .Where(candidate => candidate.ConstructedFrom.ToDisplayString() == Handler).ToList();
        if (handlers.Count != 1 || type.IsAbstract)
        {
            diagnostics.Add(Diagnostics.NoHandler, place, type.Name);
            return null;
        }
        return handlers[0].GetMembers("RunAsync").OfType<IMethodSymbol>().Single();
    }

    private static bool CheckReach(
        INamedTypeSymbol holder, IMethodSymbol method, DiagnosticBag diagnostics, Place place)
    {
        var isReached = !method.IsGenericMethod && IsReached(method.DeclaredAccessibility);
        for (var outer = holder; outer is not null; outer = outer.ContainingType)
            isReached &= !outer.IsGenericType && !outer.IsFileLocal && IsReached(outer.DeclaredAccessibility);
        var isHandler = method.ContainingType.TypeKind == TypeKind.Interface;
        if (!isReached) diagnostics.Add(Diagnostics.OutOfReach, place, isHandler ? holder.Name : method.Name);
        return isReached;
    }

    private static bool IsReached(Accessibility accessibility) =>
        accessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal;

    private static bool CanBeMade(INamedTypeSymbol type) => !type.IsAbstract && type.InstanceConstructors.Any(
        constructor => constructor.Parameters.Length == 0 && IsReached(constructor.DeclaredAccessibility));
}
