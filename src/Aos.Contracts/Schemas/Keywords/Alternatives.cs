using System.Collections.Immutable;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary>Says in words what an instance must be that keeps none of several alternatives.</summary>
internal sealed class Alternatives
{
    private const int ShownMax = 5;
    private const int ReferencesMax = 8;
    private const string Found = ", but is ";

    private readonly string _place;

    /// <param name="place">Pointer to the instance.</param>
    /// <param name="nodes">The alternatives.</param>
    /// <param name="causes">Why each failed, in their order.</param>
    /// <param name="ends">For each the number of causes up to its last.</param>
    public Alternatives(string place, SchemaNode[] nodes, ImmutableArray<SchemaError> causes, int[] ends)
    {
        _place = place;
        var wanted = new List<string>();
        var meant = new List<ImmutableArray<SchemaError>>();
        var start = 0;
        for (var at = 0; at < nodes.Length; at++)
        {
            // Beyond the limit of errors no causes are kept.
            var end = Math.Min(ends[at], causes.Length);
            var own = causes[Math.Min(start, end)..end];
            start = end;
            if (own.IsEmpty) continue;
            var other = own.FirstOrDefault(IsOtherKind);
            if (other is null) meant.Add(own);
            wanted.Add(
                other is null
                    ? string.Join(" and ", own.Take(2).Select(Words)) : Words(other) + Example(other, nodes[at]));
        }
        Nearest = meant.Count == 1 ? meant[0] : [];
        Message = wanted.Count == 0 ? $"must match one of {nodes.Length} alternatives, but matches none" : "must "
            + string.Join(", or ", wanted.Distinct(StringComparer.Ordinal).Take(ShownMax))
            + (wanted.Count > ShownMax ? ", or another of the alternatives" : "") + Kind(causes, [.. wanted]);
    }

    public string Message { get; }

    /// <summary>Why the alternative failed that was meant; empty where that cannot be told.</summary>
    public ImmutableArray<SchemaError> Nearest { get; }

    private bool IsOtherKind(SchemaError error) => error.InstanceLocation == _place
        && (error.Keyword is "type" or "const" or "enum" or "false"
            || (error.Keyword is "anyOf" or "oneOf" && error.Nearest.IsEmpty));

    private string Words(SchemaError error)
    {
        var message = error.Message.StartsWith("must ", StringComparison.Ordinal) ? error.Message[5..] : error.Message;
        if (IsOtherKind(error) && message.IndexOf(Found, StringComparison.Ordinal) is > 0 and var end)
            message = message[..end];
        return error.InstanceLocation == _place ? message : $"at {error.InstanceLocation[_place.Length..]} {message}";
    }

    private string Kind(ImmutableArray<SchemaError> causes, string[] wanted)
    {
        var type = causes.FirstOrDefault(error => error.Keyword == "type" && error.InstanceLocation == _place);
        return type is null || Array.Exists(wanted, words => words.Contains(", but ", StringComparison.Ordinal))
            ? "" : type.Message[type.Message.IndexOf(Found, StringComparison.Ordinal)..];
    }

    // Whoever wrote something else than an object needs to see what is to stand in it.
    private static string Example(SchemaError other, SchemaNode node)
    {
        if (other.Keyword != "type" || !other.Message.Contains("an object", StringComparison.Ordinal)) return "";
        for (var hops = 0; hops < ReferencesMax; hops++)
        {
            if (node.Keywords.OfType<RequiredKeyword>().FirstOrDefault() is { } required)
                return " such as " + required.Example;
            if (node.Keywords.OfType<RefKeyword>().FirstOrDefault() is not { Unconditional: [var target, ..] })
                return "";
            node = target;
        }
        return "";
    }
}
