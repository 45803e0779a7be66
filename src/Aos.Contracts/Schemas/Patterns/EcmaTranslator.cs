using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Aos.Contracts.Schemas.Patterns;

/// <summary>A pattern for .NET's engine.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="SetCount">At least as many as the different sets of characters it has.</param>
internal sealed record Translation(string Pattern, int SetCount);

/// <summary>Rewrites an ECMA-262 pattern (flag <c>u</c>) for .NET's engine. More lenient than the standard in what real
/// schemas use: escaped punctuation, and a <c>]</c>, <c>{</c> or <c>}</c> that stands alone.</summary>
internal sealed class EcmaTranslator
{
    private const int LengthMax = 10_000;
    private const int DepthMax = 100;
    private const string WordClass = "[0-9A-Z_a-z]";

    private readonly StringBuilder _output = new();
    private readonly HashSet<string> _atoms = new(StringComparer.Ordinal);
    private readonly EcmaCursor _cursor;
    private readonly EcmaGroups _groups;
    private int _captures;
    private int _depth;

    private EcmaTranslator(string source, EcmaGroups groups)
    {
        _cursor = new EcmaCursor(source);
        _groups = groups;
    }

    public static bool TryTranslate(
        string source, [NotNullWhen(true)] out Translation? translated, [NotNullWhen(false)] out string? mistake)
    {
        translated = null;
        mistake = source.Length > LengthMax ? $"it is longer than {LengthMax} characters" : null;
        if (mistake is not null || !EcmaGroups.TryScan(source, out var groups, out mistake))
            return false;
        var translator = new EcmaTranslator(source, groups);
        if (!translator.Disjunction() || !translator.AtEnd())
        {
            mistake = $"{translator._cursor.Mistake} at character {translator._cursor.At + 1}";
            return false;
        }

        // An atom of surrogate pairs has a set for each half of each pair.
        var sets = translator._atoms.Sum(atom => 1 + 2 * atom.Count(unit => unit == '|'));
        translated = new Translation(translator._output.ToString(), sets);
        return true;
    }

    private bool AtEnd() => _cursor.IsAtEnd || _cursor.Fail("a ')' closes nothing");

    private bool Disjunction()
    {
        while (!_cursor.IsAtEnd && _cursor.Current != ')')
        {
            if (!Term())
                return false;
        }

        return true;
    }

    private bool Term()
    {
        switch (_cursor.Current)
        {
            case '|':
                return Copy("|");
            case '^':
                return Copy("^") && NotRepeated();
            case '$':
                return Copy(@"\z") && NotRepeated();
            case '(':
                return Group();
            case '*' or '+' or '?':
                return _cursor.Fail("there is nothing to repeat");
            case '[':
                return EcmaClass.TryRead(_cursor, out var set) && Repeated(set);
            case '.':
                _cursor.Skip(1);
                return Repeated(CodePointSet.LineEnds.Complement());
            case '\\':
                return Escape();
            default:
                if (_cursor.PeekQuantifier() is not null)
                    return _cursor.Fail("there is nothing to repeat");
                return Repeated(_cursor.ReadCodePoint());
        }
    }

    private bool Copy(string translation)
    {
        _cursor.Skip(1);
        _output.Append(translation);
        return true;
    }

    private bool Escape()
    {
        var next = _cursor.Next;
        if (next is 'b' or 'B')
        {
            _cursor.Skip(2);
            // .NET's own \b knows letters of all scripts.
            _output.Append(next == 'b'
                ? $"(?:(?<={WordClass})(?!{WordClass})|(?<!{WordClass})(?={WordClass}))"
                : $"(?:(?<={WordClass})(?={WordClass})|(?<!{WordClass})(?!{WordClass}))");
            return NotRepeated();
        }

        if (next is 'k' or (>= '1' and <= '9'))
            return BackReference();
        if (!EcmaEscape.TryRead(_cursor, inClass: false, out var codePoint, out var set))
            return false;
        return set is null ? Repeated(codePoint) : Repeated(set);
    }

    private bool BackReference()
    {
        _cursor.Skip(1);
        if (!_groups.TryReadReference(_cursor, out var number))
            return false;
        // In ECMA-262 a group that has not taken part matches the empty text; in .NET it matches nothing.
        _output.Append(CultureInfo.InvariantCulture, $"(?({number})\\{number})");
        return Quantifier();
    }

    private bool Group()
    {
        if (++_depth > DepthMax)
            return _cursor.Fail($"groups are nested more than {DepthMax} deep");
        var isAssertion = false;
        if (_cursor.TryTake("(?:"))
            _output.Append("(?:");
        else if (_cursor.TryTakeAny(["(?=", "(?!", "(?<=", "(?<!"], out var opening))
        {
            _output.Append(opening);
            isAssertion = true;
        }
        else if (!Capture())
            return false;

        if (!Disjunction())
            return false;
        if (_cursor.IsAtEnd)
            return _cursor.Fail("a '(' is not closed");
        _cursor.Skip(1);
        _output.Append(')');
        _depth--;
        return isAssertion ? NotRepeated() : Quantifier();
    }

    private bool Capture()
    {
        // The scan of groups has checked the names.
        if (_cursor.TryTake("(?<"))
            _cursor.SkipPast('>');
        else if (_cursor.Next == '?')
            return _cursor.Fail("this kind of group is not ECMA-262");
        else
            _cursor.Skip(1);
        // Numbers are given, because .NET numbers named groups last; and where nothing refers back, nothing is
        // captured.
        _captures++;
        _output.Append(_groups.HasReferences ? $"(?<{_captures}>" : "(?:");
        return true;
    }

    private bool Repeated(int codePoint)
    {
        if (codePoint > 0xFFFF)
        {
            var set = new CodePointSet();
            set.Add(codePoint, codePoint);
            return Repeated(set);
        }

        var isPlain = !char.IsAscii((char)codePoint) || char.IsAsciiLetterOrDigit((char)codePoint);
        return RepeatedAtom(isPlain ? ((char)codePoint).ToString() : $"\\u{codePoint:X4}");
    }

    private bool Repeated(CodePointSet set)
    {
        var isUncounted = !_cursor.IsAtEnd && _cursor.Current is '*' or '+';
        return RepeatedAtom((isUncounted ? set.ToUnits() : null) ?? set.ToAtom());
    }

    private bool RepeatedAtom(string atom)
    {
        _atoms.Add(atom);
        _output.Append(atom);
        return Quantifier();
    }

    private bool Quantifier()
    {
        if (_cursor.PeekQuantifier() is not { } quantifier)
            return true;
        if (quantifier.Most < quantifier.Least)
            return _cursor.Fail("the numbers of a repetition are in the wrong order");
        _cursor.Skip(quantifier.Length);
        _output.Append(quantifier.Text);
        if (!_cursor.IsAtEnd && _cursor.Current == '?')
            Copy("?");
        return NotRepeated();
    }

    private bool NotRepeated() => _cursor.PeekQuantifier() is null || _cursor.Fail("there is nothing to repeat");
}
