using System.Text;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;

namespace Aos.Runtime.Effects;

/// <summary>Text that skills and planners give: bounded, and such that it can be written and read back.</summary>
internal static class ForeignText
{
    private const int CharactersMax = 4_096;
    private const int ItemsMax = 100;

    /// <summary>The text, cut where it is too long, with lone surrogates replaced.</summary>
    public static string? Of(string? text)
    {
        if (text is null) return null;
        var kept = text.Length <= CharactersMax ? text : text[..(CharactersMax - 1)] + "…";
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(kept));
    }

    /// <summary>The problems that name a place, a code and a message.</summary>
    public static ValueList<Problem> Of(ValueList<Problem> problems) => problems.IsEmpty ? [] : ValueList.From(problems
        .Where(problem => problem is { Pointer: not null, Code.Value: not null, Message: not null }).Take(ItemsMax)
        .Select(problem => new Problem(Of(problem.Pointer)!, problem.Code, Of(problem.Message)!)));

    /// <summary>The side effects that name a type and a target.</summary>
    public static ValueList<SideEffect> Of(ValueList<SideEffect> effects) =>
        effects.IsEmpty ? [] : ValueList.From(effects
        .Where(effect => effect is { Type: not null, Target: not null })
        .Select(effect => effect with { Type = Of(effect.Type)!, Target = Of(effect.Target)! }));
}
