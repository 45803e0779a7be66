using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Aos.Tests.Schemas.Generation;

/// <summary>The summaries of the contracts, from the documentation file that the compiler writes.</summary>
internal static partial class ContractDocumentation
{
    private static readonly Lazy<Dictionary<string, XElement>> Members = new(Load);

    public static string? Of(Type type) => TextOf(Find($"T:{NameOf(type)}")?.Element("summary"));

    public static string? Of(Enum value) =>
        TextOf(Find($"F:{NameOf(value.GetType())}.{value}")?.Element("summary"));

    /// <summary>The summary of a property; for a positional record, what is said of its parameter.</summary>
    public static string? Of(PropertyInfo property)
    {
        var declaring = property.DeclaringType!;
        return TextOf(Find($"P:{NameOf(declaring)}.{property.Name}")?.Element("summary"))
            ?? TextOf(Find($"T:{NameOf(declaring)}")?.Elements("param")
                .FirstOrDefault(param => param.Attribute("name")?.Value == property.Name));
    }

    private static XElement? Find(string member) => Members.Value.GetValueOrDefault(member);

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static Dictionary<string, XElement> Load() =>
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Aos.Contracts.xml")).Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);

    private static string? TextOf(XElement? element)
    {
        if (element is null) return null;
        var text = string.Concat(element.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } see => SimpleName(see.Attribute("cref")?.Value ?? see.Value),
            XElement other => other.Value,
            _ => node is XText literal ? literal.Value : "",
        }));
        return WhiteSpace().Replace(text, " ").Trim();
    }

    // "P:Aos.Contracts.Outcomes.StructuredOutcome.Failure" is shown as "Failure".
    private static string SimpleName(string cref) => cref[(cref.LastIndexOf('.') + 1)..];

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex WhiteSpace();
}
