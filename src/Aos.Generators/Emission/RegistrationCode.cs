using Aos.Generators.Skills;

namespace Aos.Generators.Emission;

/// <summary>Writes the class that registers the skills of a project.</summary>
internal static class RegistrationCode
{
    private const string Skill = "global::Aos.Abstractions.Skills.ISkill";

    /// <summary>Writes the source.</summary>
    /// <param name="namespace">The namespace of the generated code.</param>
    /// <param name="skills">The skills, in order.</param>
    /// <param name="hasServices">Whether the project knows <c>IServiceCollection</c>.</param>
    public static string Write(string @namespace, IReadOnlyList<SkillDeclaration> skills, bool hasServices)
    {
        var code = new CodeText();
        code.Line(SkillCode.Header);
        code.Line();
        code.Line($"namespace {@namespace};");
        code.Line();
        code.Line("/// <summary>The skills that this project declares by attributes.</summary>");
        code.Open("internal static class DeclaredSkills");
        code.Line("/// <summary>Makes every skill. A class with instance methods comes from the services; one that is "
            + "not there is made, if it can be without arguments.</summary>");
        code.Line("/// <param name=\"services\">Where classes come from.</param>");
        code.Line("/// <exception cref=\"global::System.InvalidOperationException\">A class is not there and cannot be "
            + "made.</exception>");
        code.Open($"public static global::System.Collections.Generic.IReadOnlyList<{Skill}> "
            + $"Create(global::System.IServiceProvider services) => new {Skill}[]");
        foreach (var skill in skills) code.Line($"{New(skill)},");
        code.Close("};");
        if (hasServices) Services(code, skills);
        code.Close();
        return code.ToString();
    }

    private static void Services(CodeText code, IReadOnlyList<SkillDeclaration> skills)
    {
        const string services = "global::Microsoft.Extensions.DependencyInjection.IServiceCollection";
        code.Line();
        code.Line("/// <summary>Adds every skill as a singleton.</summary>");
        code.Open($"public static {services} AddDeclaredSkills(this {services} collection)");
        foreach (var skill in skills)
            code.Line("global::Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton"
                + $"<{Skill}>(collection, static services => {New(skill)});");
        code.Line("return collection;");
        code.Close();
    }

    private static string New(SkillDeclaration skill)
    {
        if (skill.Holder.Length == 0) return $"new {skill.ClassName}()";
        var needed = skill.Holder.Replace("global::", "");
        var found = $"({skill.Holder})services.GetService(typeof({skill.Holder}))";
        var otherwise = skill.HolderCanBeMade
            ? $"new {skill.Holder}()"
            : "throw new global::System.InvalidOperationException("
                + Literals.Code($"The skill {skill.Id} needs a {needed} among the services.") + ")";
        return $"new {skill.ClassName}({found} ?? {otherwise})";
    }
}
