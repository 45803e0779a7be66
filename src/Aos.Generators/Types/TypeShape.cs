namespace Aos.Generators.Types;

/// <summary>How a type looks as JSON.</summary>
internal abstract class TypeShape(string fullName)
{
    /// <summary>The type in C#, from <c>global::</c>, without a mark for null.</summary>
    public string FullName { get; } = fullName;
}

/// <summary>A type that is one JSON value.</summary>
internal sealed class ScalarShape(string fullName, (string Key, string Json)[] schema, string read, string write)
    : TypeShape(fullName)
{
    /// <summary>The members of its schema.</summary>
    public (string Key, string Json)[] Schema { get; } = schema;

    /// <summary>Reads the element that stands for <c>{0}</c>.</summary>
    public string Read { get; } = read;

    /// <summary>Writes the value that stands for <c>{0}</c>.</summary>
    public string Write { get; } = write;
}

/// <summary>An enumeration, written as its names.</summary>
internal sealed class EnumShape(string fullName, int id) : TypeShape(fullName)
{
    public int Id { get; } = id;

    /// <summary>The C# name and the JSON name of each member.</summary>
    public List<(string Name, string Json)> Members { get; } = [];

    /// <summary>The value that each C# name has, by which names of one value are known.</summary>
    public Dictionary<string, object?> Values { get; } = [];

    /// <summary>One member for each value: the first.</summary>
    public IEnumerable<(string Name, string Json)> Distinct() =>
        Members.GroupBy(member => Values[member.Name]).Select(group => group.First());
}

/// <summary>A list.</summary>
internal sealed class ListShape(string fullName, TypeUse item, string convert) : TypeShape(fullName)
{
    public TypeUse Item { get; } = item;

    /// <summary>Turns the list that stands for <c>{0}</c> into the type.</summary>
    public string Convert { get; } = convert;
}

/// <summary>An object whose members are alike.</summary>
internal sealed class DictionaryShape(string fullName, TypeUse value) : TypeShape(fullName)
{
    public TypeUse Value { get; } = value;
}

/// <summary>An object with members of its own.</summary>
internal sealed class ObjectShape(string fullName, string name, int id) : TypeShape(fullName)
{
    public string Name { get; } = name;

    public int Id { get; } = id;

    public string? Description { get; set; }

    /// <summary>Whether it is a struct, whose accessors need a reference.</summary>
    public bool IsValueType { get; set; }

    /// <summary>Whether the type holds itself, directly or through others.</summary>
    public bool IsRecursive { get; set; }

    public List<MemberShape> Members { get; } = [];
}

/// <summary>A type where it is used.</summary>
internal sealed record TypeUse(TypeShape Shape, bool IsNullable, bool IsNullableValue);

/// <summary>How a member gets its value.</summary>
internal enum MemberSource
{
    /// <summary>By a parameter of the constructor.</summary>
    Parameter,

    /// <summary>In the initialiser, always.</summary>
    Initializer,

    /// <summary>By its setter, where the input has it.</summary>
    Setter,

    /// <summary>By its init accessor, where the input has it; else it keeps the value of its declaration.</summary>
    InitAccessor,

    /// <summary>Not at all: it is computed. Only written.</summary>
    None,
}

/// <summary>A member of an object.</summary>
internal sealed class MemberShape(string name, string jsonName, TypeUse use)
{
    public string Name { get; } = name;

    public string JsonName { get; } = jsonName;

    public TypeUse Use { get; } = use;

    public MemberSource Source { get; set; }

    public string? ParameterName { get; set; }

    /// <summary>The type that declares it, for the accessor.</summary>
    public string DeclaringType { get; set; } = "";

    /// <summary>Whether the input must have it.</summary>
    public bool IsRequired { get; set; }

    /// <summary>The value of a parameter that the input may leave out, in C#; null: the default of the type.</summary>
    public string? DefaultCode { get; set; }

    /// <summary>The same as JSON; null: none is told.</summary>
    public string? DefaultJson { get; set; }

    public string? Description { get; set; }

    /// <summary>More members of its schema; they replace those of the type.</summary>
    public List<(string Key, string Json)> Constraints { get; set; } = [];
}
