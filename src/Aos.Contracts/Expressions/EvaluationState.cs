namespace Aos.Contracts.Expressions;

/// <summary>What is left to spend during one evaluation, and the first error. After an error every charge fails, so
/// loops end soon and values made meanwhile are never seen.</summary>
internal struct EvaluationState(ExpressionLimits limits)
{
    /// <summary>Levels of arrays and objects that an expression may put around what it was given.</summary>
    public const int ComputedDepthMax = 64;

    /// <summary>Levels that a comparison or a rendering follows, documents included.</summary>
    public const int DepthMax = 256;

    // Bytes or members that cost as much as one visited element.
    private const int BulkPerUnit = 32;

    private int _fuel = limits.FuelMax;

    public ExpressionError? Error { get; private set; }

    public readonly bool Failed => Error is not null;

    public readonly int FuelUsed => limits.FuelMax - _fuel;

    public bool Charge(Node at, long units = 1)
    {
        if (Failed) return false;
        if (units <= _fuel)
        {
            _fuel -= (int)units;
            return true;
        }

        _fuel = 0;
        Fail(at, ExpressionErrorKind.FuelExhausted, $"The expression needs more than {limits.FuelMax} units of work.");
        return false;
    }

    /// <summary>Charges for work inside one large value: a scan of members or of text.</summary>
    public bool ChargeBulk(Node at, long amount) => Charge(at, amount / BulkPerUnit);

    public ExpressionValue Fail(Node at, ExpressionErrorKind kind, string message)
    {
        Error ??= new ExpressionError(kind, message, at.Position);
        return ExpressionValue.Null;
    }

    /// <summary>Takes back an error found in a branch that may never run for real. Lack of fuel stays.</summary>
    public void ForgiveSpeculation()
    {
        if (Error is { Kind: not ExpressionErrorKind.FuelExhausted }) Error = null;
    }

    public ExpressionValue Items(Node at, ExpressionValue[] items)
    {
        long bytes = 2;
        var depth = 0;
        foreach (var item in items)
        {
            var extent = Measure(at, item, 0);
            bytes += extent.Bytes + 1;
            depth = Math.Max(depth, extent.Depth);
        }

        var whole = new Extent(bytes, depth + 1);
        return Fits(at, whole) ? ExpressionValue.FromItems(new ItemList(items, whole)) : ExpressionValue.Null;
    }

    public ExpressionValue Object(Node at, IReadOnlyCollection<KeyValuePair<string, ExpressionValue>> members)
    {
        long bytes = 2;
        var depth = 0;
        foreach (var (name, value) in members)
        {
            var extent = Measure(at, value, 0);
            bytes += extent.Bytes + name.Length + 4;
            depth = Math.Max(depth, extent.Depth);
        }

        var whole = new Extent(bytes, depth + 1);
        return Fits(at, whole) ? ExpressionValue.FromObject(new ComputedObject(members, whole)) : ExpressionValue.Null;
    }

    /// <summary>Checks room for text before it is made.</summary>
    public bool Fits(Node at, long textLength) => ChargeBulk(at, textLength) && Fits(at, new Extent(textLength, 0));

    /// <summary>The members of an object in the order of their source.</summary>
    public List<KeyValuePair<string, ExpressionValue>> MembersOf(Node at, in ExpressionValue value)
    {
        var members = new List<KeyValuePair<string, ExpressionValue>>();
        foreach (var member in value.Members)
        {
            if (!Charge(at)) break;
            members.Add(member);
        }

        return members;
    }

    /// <summary>Checks room for the JSON of a value before it is made.</summary>
    public bool FitsRendered(Node at, in ExpressionValue value)
    {
        var extent = Measure(at, value, 0);
        return ChargeBulk(at, extent.Bytes) && Fits(at, extent);
    }

    private bool Fits(Node at, Extent extent)
    {
        if (Failed) return false;
        if (extent.Bytes > limits.ResultBytesMax)
            Fail(at, ExpressionErrorKind.TooLarge, $"The value takes more than {limits.ResultBytesMax} bytes.");
        else if (extent.Depth > ComputedDepthMax)
            Fail(at, ExpressionErrorKind.TooLarge, $"The value nests deeper than {ComputedDepthMax} levels.");
        return !Failed;
    }

    private Extent Measure(Node at, in ExpressionValue value, int level)
    {
        switch (value.Payload)
        {
            case ItemList { Extent: { } known }: return known;
            case ComputedObject computed: return computed.Extent;
            case string text: return new Extent(text.Length + 2, 0);
            case byte[] digits: return new Extent(digits.Length, 0);
            case null: return new Extent(value.Kind >= ExpressionValueKind.Number ? value.RawUtf8.Length : 5, 0);
        }

        if (level == DepthMax)
        {
            Fail(at, ExpressionErrorKind.TooLarge, $"The value nests deeper than {DepthMax} levels.");
            return default;
        }

        return value.Kind == ExpressionValueKind.Array
            ? MeasureItems(at, value, level) : MeasureMembers(at, value, level);
    }

    // What the caller handed in as a list or as members found on demand: its size is not known, so the walk is paid
    // for.
    private Extent MeasureItems(Node at, in ExpressionValue value, int level)
    {
        long bytes = 2;
        var items = new ItemCursor(value);
        while (items.MoveNext() && Charge(at)) bytes += Measure(at, items.Current, level + 1).Bytes + 1;
        return new Extent(bytes, 0);
    }

    private Extent MeasureMembers(Node at, in ExpressionValue value, int level)
    {
        long bytes = 2;
        foreach (var (name, member) in MembersOf(at, value))
            bytes += Measure(at, member, level + 1).Bytes + name.Length + 4;
        return new Extent(bytes, 0);
    }
}
