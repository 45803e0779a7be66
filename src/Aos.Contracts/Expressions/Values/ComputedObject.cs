namespace Aos.Contracts.Expressions;

/// <summary>An object that an expression built; members stand in the order in which they were written.</summary>
internal sealed class ComputedObject : ExpressionObject
{
    // Expressions seldom name more than a few members: a scan beats hashing and keeps order.
    private const int ScannedMax = 8;

    private readonly List<KeyValuePair<string, ExpressionValue>> _members;
    private readonly Dictionary<string, int>? _places;

    /// <param name="extent">The size of the object.</param>
    /// <param name="members">A later member replaces the value of an earlier one of the same name, in its
    /// place.</param>
    public ComputedObject(IReadOnlyCollection<KeyValuePair<string, ExpressionValue>> members, Extent extent)
    {
        Extent = extent;
        _members = new(members.Count);
        if (members.Count > ScannedMax) _places = new(members.Count, StringComparer.Ordinal);
        foreach (var member in members)
        {
            var at = PlaceOf(member.Key);
            if (at >= 0)
            {
                _members[at] = member;
                continue;
            }

            _places?.Add(member.Key, _members.Count);
            _members.Add(member);
        }
    }

    public int Count => _members.Count;

    public Extent Extent { get; }

    public override IEnumerable<string> MemberNames => _members.Select(member => member.Key);

    public override bool TryGetMember(string name, out ExpressionValue value)
    {
        var at = PlaceOf(name);
        value = at < 0 ? ExpressionValue.Null : _members[at].Value;
        return at >= 0;
    }

    private int PlaceOf(string name)
    {
        if (_places is not null) return _places.GetValueOrDefault(name, -1);
        for (var i = 0; i < _members.Count; i++)
        {
            if (string.Equals(_members[i].Key, name, StringComparison.Ordinal)) return i;
        }

        return -1;
    }
}
