using Aos.Contracts.Expressions;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;

namespace Aos.Skills.Standard.JsonTransform;

/// <summary>Applies a request to data, on fuel: the same input stops at the same place everywhere. Single
/// use.</summary>
internal sealed class TransformRun
{
    /// <summary>Units of work of one call: each element that is visited or made costs one, an expression what it costs
    /// itself.</summary>
    public const int FuelMax = 100_000;

    private int _fuel = FuelMax;

    /// <summary>Why there is no value; null where there is one.</summary>
    public Problem? Failure { get; private set; }

    /// <summary>Applies it.</summary>
    /// <returns>The value; null's where there is a failure.</returns>
    public ExpressionValue Apply(TransformRequest request, ExpressionValue data)
    {
        var value = request.Expression is { } expression ? Evaluate(expression, data, "/expression") : data;
        for (var i = 0; i < request.Operations.Length && Failure is null; i++)
            value = Apply(request.Operations[i], value, $"/operations/{i}");
        return value;
    }

    private ExpressionValue Apply(TransformOperation operation, ExpressionValue value, string at) => operation switch
    {
        TransformOperation.Pick(var names) =>
            EachObject(value, at, one => Members(one, at, name => names.Contains(name, StringComparer.Ordinal))),
        TransformOperation.Omit(var names) =>
            EachObject(value, at, one => Members(one, at, name => !names.Contains(name, StringComparer.Ordinal))),
        TransformOperation.Merge(var over) => EachObject(value, at, one => Overlay(one, over, at)),
        TransformOperation.Default(var other) => Default(value, other, at),
        TransformOperation.FlattenList(var levels) =>
            Expect(value, ExpressionValueKind.Array, at) ? Flatten(value, levels, at) : default,
        TransformOperation.FlattenObject(var separator) => EachObject(value, at, one => Flatten(one, separator, at)),
        TransformOperation.Sort(var whole) =>
            Expect(value, ExpressionValueKind.Array, at) ? Evaluate(whole, value, at) : default,
        TransformOperation.Group(var by) =>
            Expect(value, ExpressionValueKind.Array, at) ? Group(value, by, at) : default,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private ExpressionValue EachObject(ExpressionValue value, string at, Func<ExpressionValue, ExpressionValue> apply)
    {
        if (value.Kind == ExpressionValueKind.Object) return apply(value);
        if (!Expect(value, ExpressionValueKind.Array, at, "an object or a list of objects")) return default;
        var items = new List<ExpressionValue>();
        foreach (var item in value.Items)
        {
            if (!Charge(at) || !Expect(item, ExpressionValueKind.Object, at, "objects in the list")) return default;
            items.Add(apply(item));
        }
        return ExpressionValue.FromItems(items);
    }

    private ExpressionValue Members(ExpressionValue value, string at, Func<string, bool> keeps)
    {
        var kept = new MemberList();
        foreach (var (name, member) in value.Members)
            if (Charge(at) && keeps(name)) kept.Set(name, member);
        return ExpressionValue.FromObject(kept);
    }

    private ExpressionValue Overlay(ExpressionValue below, ExpressionValue above, string at)
    {
        var merged = new MemberList();
        foreach (var (name, member) in below.Members.Concat(above.Members))
            if (Charge(at)) merged.Set(name, member);
        return ExpressionValue.FromObject(merged);
    }

    // Objects get the members that they lack; anything else that is null gets the value.
    private ExpressionValue Default(ExpressionValue value, ExpressionValue other, string at)
    {
        if (value.Kind == ExpressionValueKind.Null) return other;
        if (other.Kind != ExpressionValueKind.Object
            || value.Kind is not (ExpressionValueKind.Object or ExpressionValueKind.Array)) return value;
        return EachObject(value, at, one =>
        {
            var filled = new MemberList();
            foreach (var (name, member) in other.Members) if (Charge(at)) filled.Set(name, member);
            foreach (var (name, member) in one.Members)
                if (Charge(at) && (member.Kind != ExpressionValueKind.Null || !filled.Has(name)))
                    filled.Set(name, member);
            return ExpressionValue.FromObject(filled);
        });
    }

    private ExpressionValue Flatten(ExpressionValue value, int levels, string at)
    {
        var items = new List<ExpressionValue>();
        Collect(value, levels);
        return ExpressionValue.FromItems(items);

        void Collect(ExpressionValue list, int left)
        {
            foreach (var item in list.Items)
                if (!Charge(at)) return;
                else if (left > 0 && item.Kind == ExpressionValueKind.Array) Collect(item, left - 1);
                else items.Add(item);
        }
    }

    private ExpressionValue Flatten(ExpressionValue value, string separator, string at)
    {
        var flat = new MemberList();
        Collect(value, "");
        return ExpressionValue.FromObject(flat);

        void Collect(ExpressionValue owner, string before)
        {
            foreach (var (name, member) in owner.Members)
            {
                var path = before + name;
                // Names grow with the depth, and so does their price.
                if (!Charge(at, 1 + (path.Length / 32))) return;
                if (member.Kind == ExpressionValueKind.Object && member.MemberNames.Any())
                    Collect(member, path + separator);
                else if (flat.Has(path))
                    Fail(at, ErrorCodes.ExpressionFailed,
                        $"two members would be called '{ExpressionError.Shorten(path)}'");
                else flat.Set(path, member);
            }
        }
    }

    private ExpressionValue Group(ExpressionValue value, Expression by, string at)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var groups = new List<(ExpressionValue Key, List<ExpressionValue> Items)>();
        foreach (var item in value.Items)
        {
            var key = Evaluate(by, item, at);
            if (Failure is not null || !Charge(at)) return default;
            if (key.Kind is ExpressionValueKind.Array or ExpressionValueKind.Object)
            {
                Fail(at, ErrorCodes.ExpressionFailed, "a key of a group is text, a number, true, false or null");
                return default;
            }
            var text = Convert.ToHexString(key.ToCanonicalUtf8());
            if (!places.TryGetValue(text, out var place))
            {
                places.Add(text, place = groups.Count);
                groups.Add((key, []));
            }
            groups[place].Items.Add(item);
        }
        return ExpressionValue.FromItems(groups.Select(group =>
        {
            var made = new MemberList();
            made.Set("key", group.Key);
            made.Set("items", ExpressionValue.FromItems(group.Items));
            return ExpressionValue.FromObject(made);
        }));
    }

    private ExpressionValue Evaluate(Expression expression, ExpressionValue scope, string at)
    {
        if (Failure is not null) return default;
        var result = expression.Evaluate(scope, new ExpressionLimits { FuelMax = _fuel });
        _fuel -= result.FuelUsed;
        if (result.Error is not { } error) return result.Value;
        var code = error.Kind switch
        {
            ExpressionErrorKind.FuelExhausted => ErrorCodes.FuelExhausted,
            ExpressionErrorKind.TooLarge => ErrorCodes.PayloadTooLarge,
            _ => ErrorCodes.ExpressionFailed,
        };
        if (at == "/expression")
            Fail(at, code, $"At character {error.Position + 1} of the expression: {error.Message}");
        else if (code == ErrorCodes.FuelExhausted) OutOfFuel(at);
        else Fail(at, code, error.Message);
        return default;
    }

    private bool Expect(ExpressionValue value, ExpressionValueKind kind, string at, string? what = null)
    {
        if (value.Kind == kind) return true;
        Fail(at, ErrorCodes.ExpressionFailed,
            $"the operation takes {what ?? (kind == ExpressionValueKind.Array ? "a list" : "an object")}, "
                + $"not {Name(value.Kind)}");
        return false;
    }

    private bool Charge(string at, int units = 1)
    {
        if (Failure is not null) return false;
        _fuel -= units;
        if (_fuel >= 0) return true;
        OutOfFuel(at);
        return false;
    }

    private void OutOfFuel(string at) =>
        Fail(at, ErrorCodes.FuelExhausted, $"The call needs more than {FuelMax} units of work.");

    private void Fail(string at, Contracts.Values.ErrorCode code, string message) =>
        Failure ??= new Problem(at, code, message);

    private static string Name(ExpressionValueKind kind) => kind switch
    {
        ExpressionValueKind.Array => "a list",
        ExpressionValueKind.Object => "an object",
        ExpressionValueKind.String => "text",
        ExpressionValueKind.Number => "a number",
        ExpressionValueKind.Boolean => "true or false",
        _ => "null",
    };

    /// <summary>An object that is being made. A name that is set again keeps its place.</summary>
    private sealed class MemberList : ExpressionObject
    {
        private readonly OrderedDictionary<string, ExpressionValue> _members = new(StringComparer.Ordinal);

        public override IEnumerable<string> MemberNames => _members.Keys;

        public bool Has(string name) => _members.ContainsKey(name);

        public void Set(string name, ExpressionValue value) => _members[name] = value;

        public override bool TryGetMember(string name, out ExpressionValue value) =>
            _members.TryGetValue(name, out value);
    }
}
