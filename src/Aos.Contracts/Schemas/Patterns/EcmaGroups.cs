using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Aos.Contracts.Schemas.Patterns;

/// <summary>The capturing groups of a pattern, in order, so that references can be checked before their groups are
/// read.</summary>
internal sealed class EcmaGroups
{
    // One entry a group; null where it has no name.
    private readonly List<string?> _names = [];

    private EcmaGroups()
    {
    }

    /// <summary>Whether anything in the pattern may refer back to a group.</summary>
    public bool HasReferences { get; private set; }

    public static bool TryScan(
        string source, [NotNullWhen(true)] out EcmaGroups? groups, [NotNullWhen(false)] out string? mistake)
    {
        groups = new EcmaGroups();
        var inClass = false;
        for (var at = 0; at < source.Length; at++)
        {
            switch (source[at])
            {
                case '\\':
                    at++;
                    groups.HasReferences |= at < source.Length && source[at] is 'k' or (>= '1' and <= '9');
                    break;
                case '[':
                    inClass = true;
                    break;
                case ']':
                    inClass = false;
                    break;
                case '(' when !inClass && !groups.TryAdd(source, at):
                    mistake = "a group has no valid name, or one that another group has";
                    groups = null;
                    return false;
            }
        }

        mistake = null;
        return true;
    }

    /// <summary>Reads what follows the backslash of a reference.</summary>
    public bool TryReadReference(EcmaCursor cursor, out int number)
    {
        number = 0;
        if (cursor.TryTake("k<"))
        {
            var name = cursor.ReadWhile(IsNameUnit);
            number = _names.IndexOf(name) + 1;
            return (number > 0 && cursor.TryTake(">")) || cursor.Fail("a \\k names no group");
        }

        var digits = cursor.ReadWhile(char.IsAsciiDigit);
        var isNumber = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        return (isNumber && number <= _names.Count) || cursor.Fail("a back-reference has no group");
    }

    private bool TryAdd(string source, int at)
    {
        var rest = source.AsSpan(at + 1);
        if (!rest.StartsWith("?"))
        {
            _names.Add(null);
            return true;
        }

        if (!rest.StartsWith("?<") || rest.StartsWith("?<=") || rest.StartsWith("?<!"))
            return true;
        var end = rest.IndexOf('>');
        if (end < 3 || char.IsAsciiDigit(rest[2]))
            return false;
        var name = rest[2..end].ToString();
        if (!name.All(IsNameUnit) || _names.Contains(name))
            return false;
        _names.Add(name);
        return true;
    }

    private static bool IsNameUnit(char unit) => unit is '_' or '$' || char.IsLetterOrDigit(unit);
}
