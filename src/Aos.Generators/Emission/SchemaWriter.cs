using Aos.Generators.Types;

namespace Aos.Generators.Emission;

/// <summary>Writes the JSON Schema of a type. Types stand where they are used; only one that holds itself is defined
/// once and referred to.</summary>
/// <param name="isInput">Whether the type is read (computed members are left out, defaults make members optional) or
/// written (what cannot be null is always there).</param>
internal sealed class SchemaWriter(bool isInput)
{
    private readonly Dictionary<string, string> _definitions = [];

    /// <summary>The schema of a root.</summary>
    public string Write(TypeUse root)
    {
        // A root says itself what it is, even where it also holds itself.
        var members = root.Shape is ObjectShape { IsRecursive: true } shape ? Members(shape) : Members(root);
        members.Insert(0, ("$schema", "\"https://json-schema.org/draft/2020-12/schema\""));
        if (_definitions.Count > 0)
            members.Add(("$defs", Object(_definitions.Select(definition => (definition.Key, definition.Value)))));
        return Object(members);
    }

    private string Schema(TypeUse use) => Object(Members(use));

    private List<(string Key, string Json)> Members(TypeUse use)
    {
        var members = use.Shape switch
        {
            ScalarShape scalar => [.. scalar.Schema],
            EnumShape shape => Choices(shape, use.IsNullable),
            ListShape list => [("type", "\"array\""), ("items", Schema(list.Item))],
            DictionaryShape dictionary => [("type", "\"object\""), ("additionalProperties", Schema(dictionary.Value))],
            ObjectShape { IsRecursive: true } shape => Reference(shape),
            ObjectShape shape => Members(shape),
            _ => throw new InvalidOperationException($"The shape {use.Shape.GetType()} has no schema."),
        };
        return use.IsNullable ? OrNull(members) : members;
    }

    private List<(string Key, string Json)> Members(ObjectShape shape)
    {
        var shown = shape.Members.Where(member => !isInput || member.Source != MemberSource.None).ToList();
        var required = shown.Where(member => isInput ? member.IsRequired : !member.Use.IsNullable)
            .Select(member => Literals.Json(member.JsonName)).ToList();
        var members = new List<(string Key, string Json)> { ("type", "\"object\"") };
        if (shape.Description is { } description) members.Add(("description", Literals.Json(description)));
        if (required.Count > 0) members.Add(("required", $"[{string.Join(",", required)}]"));
        members.Add(("additionalProperties", "false"));
        members.Add(("properties", Object(shown.Select(member => (member.JsonName, Member(member))))));
        return members;
    }

    private string Member(MemberShape member)
    {
        var members = Members(member.Use);
        foreach (var constraint in member.Constraints) Set(members, constraint.Key, constraint.Json);
        if (isInput && member.DefaultJson is { } value) Set(members, "default", value);
        if (member.Description is { } description) Set(members, "description", Literals.Json(description));
        return Object(members);
    }

    private List<(string Key, string Json)> Reference(ObjectShape shape)
    {
        var name = $"{shape.Name}_{shape.Id}";
        if (!_definitions.ContainsKey(name))
        {
            _definitions.Add(name, "");
            _definitions[name] = Object(Members(shape));
        }
        return [("$ref", $"\"#/$defs/{name}\"")];
    }

    private static List<(string Key, string Json)> Choices(EnumShape shape, bool isNullable)
    {
        var names = shape.Members.Select(member => Literals.Json(member.Json)).ToList();
        if (isNullable) names.Add("null");
        return [("enum", $"[{string.Join(",", names)}]")];
    }

    private static List<(string Key, string Json)> OrNull(List<(string Key, string Json)> members)
    {
        var type = members.FindIndex(member => member.Key == "type");
        if (type >= 0)
        {
            members[type] = ("type", $"[{members[type].Json},\"null\"]");
            return members;
        }
        var isAnything = members.Count == 0 || members[0].Key == "enum";
        return isAnything ? members : [("anyOf", $"[{Object(members)},{{\"type\":\"null\"}}]")];
    }

    private static void Set(List<(string Key, string Json)> members, string key, string json)
    {
        members.RemoveAll(member => member.Key == key);
        members.Add((key, json));
    }

    private static string Object(IEnumerable<(string Key, string Json)> members) =>
        "{" + string.Join(",", members.Select(member => $"{Literals.Json(member.Key)}:{member.Json}")) + "}";
}
