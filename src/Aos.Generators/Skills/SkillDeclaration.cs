namespace Aos.Generators.Skills;

/// <summary>What is left of a declaration once it is read: texts only, so that the compiler can tell whether anything
/// changed.</summary>
/// <param name="Id">Name and version, as in <c>weather@1.0.0</c>.</param>
/// <param name="ClassName">The class that is generated; empty where the declaration is wrong.</param>
/// <param name="Source">Its source.</param>
/// <param name="Holder">The class whose method is called, in C#; empty where the method is static.</param>
/// <param name="HolderCanBeMade">Whether that class has a constructor without parameters.</param>
/// <param name="Place">Where it is declared.</param>
/// <param name="Diagnostics">What is wrong with it.</param>
internal sealed record SkillDeclaration(string Id, string ClassName, string Source, string Holder, bool HolderCanBeMade,
    Place Place, EquatableArray<DiagnosticInfo> Diagnostics);

/// <summary>How the method of a skill is called.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Receiver">What it is called on, in C#.</param>
/// <param name="Target">The class of the instance, in C#; empty where the method is static.</param>
/// <param name="Arguments">What it takes, in order.</param>
/// <param name="IsAwaited">Whether it returns a task.</param>
internal sealed record SkillCallShape(string Method, string Receiver, string Target, string Arguments, bool IsAwaited);
