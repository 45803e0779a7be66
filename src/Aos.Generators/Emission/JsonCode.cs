using Aos.Generators.Types;

namespace Aos.Generators.Emission;

/// <summary>Writes the methods that read and write the types of one skill.</summary>
internal sealed class JsonCode(CodeText code)
{
    private const string Json = "global::Aos.Abstractions.Skills.SkillJson";
    private const string Element = "global::System.Text.Json.JsonElement";
    private const string Writer = "global::System.Text.Json.Utf8JsonWriter";
    private const string Mistake = "global::Aos.Abstractions.Skills.SkillInputException";
    private int _variables;

    /// <summary>The expression that reads a value.</summary>
    public string Read(TypeUse use, string element)
    {
        var read = use.Shape switch
        {
            ScalarShape scalar => Fill(scalar.Read, element),
            EnumShape shape => $"Read{shape.Id}({element})",
            ObjectShape shape => $"Read{shape.Id}({element})",
            ListShape list => Fill(list.Convert, ReadMany("List", list.Item, element)),
            DictionaryShape dictionary => ReadMany("Dictionary", dictionary.Value, element),
            _ => throw new InvalidOperationException($"The shape {use.Shape.GetType()} cannot be read."),
        };
        return use.IsNullable ? $"({Json}.IsNull({element}) ? default({FullName(use)}) : {read})" : read;
    }

    /// <summary>The statements that write a value.</summary>
    public void Write(TypeUse use, string value)
    {
        if (!use.IsNullable)
        {
            WriteBare(use.Shape, value);
            return;
        }
        code.Open($"if ({value} is null)");
        code.Line("writer.WriteNullValue();");
        code.Close();
        code.Open("else");
        WriteBare(use.Shape, use.IsNullableValue ? value + ".Value" : value);
        code.Close();
    }

    /// <summary>The methods of the types that were met: readers of those that are read, writers of all.</summary>
    public void Methods(IEnumerable<TypeShape> shapes, bool reads, bool writes)
    {
        foreach (var shape in shapes)
        {
            if (reads) Reader(shape);
            if (writes) WriterOf(shape);
        }
    }

    private void Reader(TypeShape shape)
    {
        code.Line();
        if (shape is EnumShape choices) EnumReader(choices);
        else if (shape is ObjectShape members) ObjectReader(members);
    }

    private void EnumReader(EnumShape shape)
    {
        code.Open($"private static {shape.FullName} Read{shape.Id}({Element} value) => "
            + $"{Json}.ReadString(value) switch");
        foreach (var (name, json) in shape.Members) code.Line($"{Literals.Code(json)} => {shape.FullName}.{name},");
        var names = string.Join(", ", shape.Members.Select(member => member.Json));
        code.Line($"_ => throw {Json}.Expected({Literals.Code("one of " + names)}),");
        code.Close("};");
    }

    private void ObjectReader(ObjectShape shape)
    {
        var read = shape.Members.Where(member => member.Source != MemberSource.None).ToList();
        code.Open($"private static {shape.FullName} Read{shape.Id}({Element} value)");
        code.Line($"{Json}.RequireObject(value);");
        code.Line("var at = \"\";");
        code.Open("try");
        foreach (var member in read.Where(IsEager)) Eager(member);
        Construct(shape, read);
        foreach (var member in read.Where(member => !IsEager(member))) Late(shape, member);
        code.Line("return result;");
        code.Close();
        code.Open($"catch ({Mistake} mistake)");
        code.Line("throw at.Length == 0 ? mistake : mistake.At(at);");
        code.Close();
        code.Close();
        foreach (var member in read.Where(member => member.Source == MemberSource.InitAccessor))
        {
            code.Line();
            code.Line("[global::System.Runtime.CompilerServices.UnsafeAccessor("
                + $"global::System.Runtime.CompilerServices.UnsafeAccessorKind.Method, Name = \"set_{member.Name}\")]");
            code.Line($"private static extern void Set{shape.Id}_{member.Name}("
                + $"{ByReference(shape)}{member.DeclaringType} owner, {FullName(member.Use)} value);");
        }
    }

    // What constructor or initialiser take is read before the object is made, the rest after, where it is there.
    private static bool IsEager(MemberShape member) =>
        member.Source is MemberSource.Parameter or MemberSource.Initializer;

    private void Eager(MemberShape member)
    {
        var name = Literals.Code(member.JsonName);
        code.Line($"at = {name};");
        code.Line(member.IsRequired
            ? $"var member_{member.Name} = {Read(member.Use, $"{Json}.Get(value, {name})")};"
            : $"var member_{member.Name} = {Json}.TryGet(value, {name}, out var element_{member.Name}) "
                + $"? {Read(NotNull(member.Use), $"element_{member.Name}")} : {Default(member)};");
    }

    private void Construct(ObjectShape shape, List<MemberShape> read)
    {
        var parameters = read.Where(member => member.Source == MemberSource.Parameter)
            .Select(member => $"@{member.ParameterName}: member_{member.Name}");
        var initial = read.Where(member => member.Source == MemberSource.Initializer)
            .Select(member => $"@{member.Name} = member_{member.Name}").ToList();
        code.Line("at = \"\";");
        code.Line($"var result = new {shape.FullName}({string.Join(", ", parameters)})"
            + (initial.Count > 0 ? $" {{ {string.Join(", ", initial)} }};" : ";"));
    }

    private void Late(ObjectShape shape, MemberShape member)
    {
        var name = Literals.Code(member.JsonName);
        code.Line($"at = {name};");
        code.Open($"if ({Json}.TryGet(value, {name}, out var element_{member.Name}))");
        var read = Read(NotNull(member.Use), $"element_{member.Name}");
        code.Line(member.Source == MemberSource.Setter
            ? $"result.@{member.Name} = {read};"
            : $"Set{shape.Id}_{member.Name}({ByReference(shape)}result, {read});");
        code.Close();
    }

    private void WriterOf(TypeShape shape)
    {
        code.Line();
        code.Open($"private static void Write{IdOf(shape)}({Writer} writer, {shape.FullName} value)");
        if (shape is EnumShape choices) EnumWriter(choices);
        else if (shape is ObjectShape members) ObjectWriter(members);
        code.Close();
    }

    private void EnumWriter(EnumShape shape)
    {
        code.Open("writer.WriteStringValue(value switch");
        // Several names may have one value; the first one is written.
        foreach (var (name, json) in shape.Distinct()) code.Line($"{shape.FullName}.{name} => {Literals.Code(json)},");
        code.Line("_ => throw new global::System.ArgumentOutOfRangeException("
            + "nameof(value), value, \"The value has no name.\"),");
        code.Close("});");
    }

    private void ObjectWriter(ObjectShape shape)
    {
        code.Line("writer.WriteStartObject();");
        foreach (var member in shape.Members)
        {
            var value = $"value.@{member.Name}";
            if (member.Use.IsNullable)
            {
                var present = $"present{_variables++}";
                code.Open($"if ({value} is {{ }} {present})");
                code.Line($"writer.WritePropertyName({Literals.Code(member.JsonName)});");
                WriteBare(member.Use.Shape, present);
                code.Close();
                continue;
            }
            code.Line($"writer.WritePropertyName({Literals.Code(member.JsonName)});");
            WriteBare(member.Use.Shape, value);
        }
        code.Line("writer.WriteEndObject();");
    }

    private void WriteBare(TypeShape shape, string value)
    {
        switch (shape)
        {
            case ScalarShape scalar:
                code.Line(Fill(scalar.Write, value));
                break;
            case ListShape list:
                var item = $"item{_variables++}";
                code.Line("writer.WriteStartArray();");
                code.Open($"foreach (var {item} in {value})");
                Write(list.Item, item);
                code.Close();
                code.Line("writer.WriteEndArray();");
                break;
            case DictionaryShape dictionary:
                var pair = $"pair{_variables++}";
                code.Line("writer.WriteStartObject();");
                code.Open($"foreach (var {pair} in {value})");
                code.Line($"writer.WritePropertyName({pair}.Key);");
                Write(dictionary.Value, pair + ".Value");
                code.Close();
                code.Line("writer.WriteEndObject();");
                break;
            default:
                code.Line($"Write{IdOf(shape)}(writer, {value});");
                break;
        }
    }

    private string ReadMany(string kind, TypeUse item, string owner)
    {
        var element = $"element{_variables++}";
        return $"{Json}.Read{kind}<{FullName(item)}>({owner}, static {element} => {Read(item, element)})";
    }

    private static string Default(MemberShape member) =>
        member.DefaultCode is null or "default" ? $"default({FullName(member.Use)})" : member.DefaultCode;

    private static string ByReference(ObjectShape shape) => shape.IsValueType ? "ref " : "";

    private static TypeUse NotNull(TypeUse use) => use with { IsNullable = false };

    private static string FullName(TypeUse use) =>
        use.Shape.FullName + (use.IsNullable || use.IsNullableValue ? "?" : "");

    private static int IdOf(TypeShape shape) => shape switch
    {
        EnumShape choices => choices.Id,
        ObjectShape members => members.Id,
        _ => throw new InvalidOperationException($"The shape {shape.GetType()} has no methods of its own."),
    };

    private static string Fill(string template, string value) => template.Replace("{0}", value);
}
