namespace Aos.Contracts.Schemas.Patterns;

/// <summary>Reads the escapes that stand for characters.</summary>
internal static class EcmaEscape
{
    /// <summary>Reads from the backslash on.</summary>
    /// <param name="cursor">At the backslash.</param>
    /// <param name="inClass">Whether <c>\b</c> is a backspace.</param>
    /// <param name="codePoint">The character, where <paramref name="set"/> is null.</param>
    /// <param name="set">The characters, for a class escape.</param>
    public static bool TryRead(EcmaCursor cursor, bool inClass, out int codePoint, out CodePointSet? set)
    {
        codePoint = 0;
        set = null;
        cursor.Skip(1);
        if (cursor.IsAtEnd)
            return cursor.Fail("a backslash ends the pattern");
        var letter = cursor.Current;
        if (letter is 'u')
            return TryReadUnicode(cursor, out codePoint);
        if (letter is 'p' or 'P')
            return TryReadProperty(cursor, out set);

        cursor.Skip(1);
        set = letter switch
        {
            'd' => CodePointSet.Digits,
            'D' => CodePointSet.Digits.Complement(),
            'w' => CodePointSet.Word,
            'W' => CodePointSet.Word.Complement(),
            's' => CodePointSet.Space,
            'S' => CodePointSet.Space.Complement(),
            _ => null,
        };
        return set is not null || TryReadCharacter(cursor, letter, inClass, out codePoint);
    }

    private static bool TryReadCharacter(EcmaCursor cursor, char letter, bool inClass, out int codePoint)
    {
        codePoint = letter switch
        {
            't' => '\t',
            'n' => '\n',
            'v' => '\v',
            'f' => '\f',
            'r' => '\r',
            _ => letter,
        };
        switch (letter)
        {
            case 't' or 'n' or 'v' or 'f' or 'r':
                return true;
            case 'b' when inClass:
                codePoint = '\b';
                return true;
            case '0' when cursor.IsAtEnd || !char.IsAsciiDigit(cursor.Current):
                codePoint = 0;
                return true;
            case 'x':
                return cursor.TryReadHex(2, 2, out codePoint) || cursor.Fail("\\x needs two hexadecimal digits");
            case 'c' when !cursor.IsAtEnd && char.IsAsciiLetter(cursor.Current):
                codePoint = cursor.ReadCodePoint() & 0x1F;
                return true;
            default:
                return !char.IsLetterOrDigit(letter) || cursor.Fail($"\\{letter} is no escape");
        }
    }

    private static bool TryReadUnicode(EcmaCursor cursor, out int codePoint)
    {
        if (cursor.TryTake("u{"))
        {
            return (cursor.TryReadHex(1, 6, out codePoint) && codePoint <= 0x10FFFF && cursor.TryTake("}"))
                || cursor.Fail("\\u{…} needs a hexadecimal code point");
        }

        cursor.Skip(1);
        if (!cursor.TryReadHex(4, 4, out codePoint))
            return cursor.Fail("\\u needs four hexadecimal digits");
        if (!char.IsHighSurrogate((char)codePoint) || !cursor.TryTake("\\u"))
            return true;
        if (!cursor.TryReadHex(4, 4, out var low) || !char.IsLowSurrogate((char)low))
            return cursor.Fail("half of a surrogate pair matches nothing");
        codePoint = char.ConvertToUtf32((char)codePoint, (char)low);
        return true;
    }

    private static bool TryReadProperty(EcmaCursor cursor, out CodePointSet? set)
    {
        var isNegated = cursor.Current == 'P';
        cursor.Skip(1);
        set = null;
        if (!cursor.TryTake("{"))
            return cursor.Fail("\\p needs a property in braces");
        var name = cursor.ReadWhile(unit => unit != '}');
        set = UnicodeProperty.Find(name);
        if (set is null)
            return cursor.Fail($"the Unicode property {name} is not supported");
        if (isNegated)
            set = set.Complement();
        return cursor.TryTake("}") || cursor.Fail("\\p{ is not closed");
    }
}
