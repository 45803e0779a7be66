using System.Text.Json;
using Aos.Contracts.Json;
using Aos.Contracts.Schemas.Formats;
using Aos.Contracts.Schemas.Keywords;
using Aos.Contracts.Schemas.Patterns;

namespace Aos.Contracts.Schemas.Loading;

/// <summary>Reads the keywords of one subschema, the cheap ones first, and reports values they cannot have.</summary>
internal sealed class KeywordReader(SchemaCompiler compiler, SchemaNode owner)
{
    private static readonly string[] Bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

    private static readonly string[] Sizes =
        ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"];

    private readonly List<Keyword> _keywords = [];
    private readonly KeywordValues _values = new(compiler, owner);
    private readonly Vocabularies _vocabularies = owner.Place.Resource.Vocabularies;

    public List<Keyword> Read()
    {
        if (owner.Place.Element.ValueKind == JsonValueKind.False)
            _keywords.Add(new FalseKeyword(owner));
        if (owner.Place.Element.ValueKind != JsonValueKind.Object)
            return _keywords;

        if (_vocabularies.HasFlag(Vocabularies.Validation))
            ReadAssertions();
        ReadFormat();
        if (_vocabularies.HasFlag(Vocabularies.Applicator))
        {
            ReadObjectApplicators();
            ReadArrayApplicators();
            ReadLogic();
        }

        ReadReferences();
        if (_vocabularies.HasFlag(Vocabularies.Unevaluated))
        {
            Add(_values.One("unevaluatedProperties"), node => new UnevaluatedPropertiesKeyword(owner, node));
            Add(_values.One("unevaluatedItems"), node => new UnevaluatedItemsKeyword(owner, node));
        }

        return _keywords;
    }

    private void Add<T>(T? value, Func<T, Keyword> create)
        where T : class
    {
        if (value is not null)
            _keywords.Add(create(value));
    }

    private void ReadAssertions()
    {
        if (_values.Types() is { } types)
            _keywords.Add(new TypeKeyword(owner, types));
        if (_values.TryGet("const", out var value))
            _keywords.Add(new ConstKeyword(owner, value));
        if (_values.TryGet("enum", JsonValueKind.Array, "an array", out var values))
            _keywords.Add(new EnumKeyword(owner, values));
        foreach (var name in Bounds)
            Add(_values.Number(name), bound => new BoundKeyword(owner, name, bound));
        if (_values.TryGet("multipleOf", JsonValueKind.Number, "a number", out var multiple))
        {
            var divisor = new ExactNumber(multiple);
            if (divisor.IsPositive)
                _keywords.Add(new MultipleOfKeyword(owner, divisor));
            else
                _values.Report("multipleOf", "multipleOf must be greater than 0.");
        }

        foreach (var name in Sizes)
        {
            if (_values.Count(name) is { } limit)
                _keywords.Add(new SizeKeyword(owner, name, limit));
        }

        if (_values.TryGet("pattern", JsonValueKind.String, "a string", out var source))
            Add(compiler.PatternOf(owner.Place, owner.Place.Pointer + "/pattern", source.GetString()!),
                pattern => new PatternKeyword(owner, pattern));
        Add(_values.Names("required"), names => new RequiredKeyword(owner, names));
        if (_values.Flag("uniqueItems"))
            _keywords.Add(new UniqueItemsKeyword(owner));
        if (_values.NamesByMember("dependentRequired", mayBeSchemas: false) is { Length: > 0 } rules)
            _keywords.Add(new DependentRequiredKeyword(owner, "dependentRequired", rules));
    }

    private void ReadFormat()
    {
        const Vocabularies Any = Vocabularies.FormatAnnotation | Vocabularies.FormatAssertion;
        if ((_vocabularies & Any) == Vocabularies.None
            || !_values.TryGet("format", JsonValueKind.String, "a string", out var name))
            return;
        var asserts = compiler.Options.AssertFormats || _vocabularies.HasFlag(Vocabularies.FormatAssertion);
        if (asserts && Format.Find(name.GetString()!) is { } check)
            _keywords.Add(new FormatKeyword(owner, name.GetString()!, check));
    }

    private void ReadObjectApplicators()
    {
        var named = _values.Map("properties");
        var others = _values.One("additionalProperties");
        var patterns = new List<(EcmaPattern, SchemaNode)>();
        foreach (var (source, node) in _values.Map("patternProperties"))
        {
            var pointer = $"{owner.Place.Pointer}/patternProperties/{JsonPointer.Escape(source)}";
            if (compiler.PatternOf(owner.Place, pointer, source) is { } pattern)
                patterns.Add((pattern, node));
        }

        if (named.Count > 0 || patterns.Count > 0 || others is not null)
            _keywords.Add(new MembersKeyword(owner, named, [.. patterns], others));
        Add(_values.One("propertyNames"), node => new PropertyNamesKeyword(owner, node));
        AddDependentSchemas("dependentSchemas");
        AddDependentSchemas("dependencies");
        if (_values.NamesByMember("dependencies", mayBeSchemas: true) is { Length: > 0 } rules)
            _keywords.Add(new DependentRequiredKeyword(owner, "dependencies", rules));
    }

    private void AddDependentSchemas(string name)
    {
        if (_values.Map(name) is { Count: > 0 } rules)
            _keywords.Add(new DependentSchemasKeyword(owner, name, [.. rules]));
    }

    private void ReadArrayApplicators()
    {
        var prefix = _values.List("prefixItems");
        var rest = _values.One("items");
        if (prefix is not null || rest is not null)
            _keywords.Add(new ItemsKeyword(owner, prefix ?? [], rest));

        var counts = _vocabularies.HasFlag(Vocabularies.Validation);
        var least = counts ? _values.Count("minContains") : null;
        var most = counts ? _values.Count("maxContains") : null;
        Add(_values.One("contains"), node => new ContainsKeyword(owner, node, least ?? 1, most ?? int.MaxValue));
    }

    private void ReadLogic()
    {
        Add(_values.List("allOf"), nodes => new AllOfKeyword(owner, nodes));
        Add(_values.List("anyOf"), nodes => new AnyOfKeyword(owner, nodes));
        Add(_values.List("oneOf"), nodes => new OneOfKeyword(owner, nodes));
        Add(_values.One("not"), node => new NotKeyword(owner, node));
        var then = _values.One("then");
        var otherwise = _values.One("else");
        Add(_values.One("if"), condition => new IfKeyword(owner, condition, then, otherwise));
    }

    private void ReadReferences()
    {
        if (_values.TryGet("$ref", JsonValueKind.String, "a URI reference in a string", out var reference))
            Add(compiler.NodeOf(owner, "$ref", reference.GetString()!),
                target => new RefKeyword(owner, "$ref", target));
        if (!_values.TryGet("$dynamicRef", JsonValueKind.String, "a URI reference in a string", out var dynamic))
            return;
        var text = dynamic.GetString()!;
        Add(compiler.NodeOf(owner, "$dynamicRef", text), initial =>
            compiler.DynamicAnchorOf(initial, text) is { } anchor
                ? new DynamicRefKeyword(owner, anchor, initial)
                : new RefKeyword(owner, "$dynamicRef", initial));
    }
}
