namespace Aos.Contracts.Expressions;

/// <summary>What a value is with regard to the scope: the scope itself, one of its roots, or anything else.</summary>
internal readonly record struct Origin(bool IsScope, string? Root)
{
    public static Origin Scope => new(true, null);

    public static Origin Other => default;
}

/// <summary>Which parts of the scope an expression can read, collected once when it is parsed.</summary>
internal sealed class ScopeUse
{
    private readonly List<string> _roots = [];
    private readonly List<(string Root, string Member)> _members = [];
    private readonly HashSet<string> _whole = new(StringComparer.Ordinal);
    private bool _wholeScope;

    public IReadOnlyList<string> Roots => _roots;

    public bool IsWhole(string root) => _wholeScope || _whole.Contains(root);

    public IReadOnlyList<string> MembersOf(string root) =>
        [.. from read in _members where string.Equals(read.Root, root, StringComparison.Ordinal) select read.Member];

    /// <summary>Notes the reading of a member by its name.</summary>
    public Origin Member(Origin owner, string name)
    {
        if (owner.IsScope)
        {
            if (!_roots.Contains(name)) _roots.Add(name);
            return new Origin(false, name);
        }

        if (owner.Root is { } root && !_members.Contains((root, name))) _members.Add((root, name));
        return Origin.Other;
    }

    /// <summary>Notes that all of a value can be read.</summary>
    public Origin Whole(Origin read)
    {
        if (read.IsScope) _wholeScope = true;
        else if (read.Root is { } root) _whole.Add(root);
        return Origin.Other;
    }
}
