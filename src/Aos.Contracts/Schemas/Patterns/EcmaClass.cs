using System.Diagnostics.CodeAnalysis;

namespace Aos.Contracts.Schemas.Patterns;

/// <summary>Reads <c>[…]</c>.</summary>
internal static class EcmaClass
{
    public static bool TryRead(EcmaCursor cursor, [NotNullWhen(true)] out CodePointSet? set)
    {
        cursor.Skip(1);
        var isNegated = cursor.TryTake("^");
        var members = new CodePointSet();
        set = null;
        while (!cursor.IsAtEnd && cursor.Current != ']')
        {
            if (!TryReadMember(cursor, members))
                return false;
        }

        if (cursor.IsAtEnd)
            return cursor.Fail("a '[' is not closed");
        cursor.Skip(1);
        set = isNegated ? members.Complement() : members;
        return true;
    }

    private static bool TryReadMember(EcmaCursor cursor, CodePointSet members)
    {
        if (!TryReadAtom(cursor, out var first, out var set))
            return false;
        if (set is not null)
        {
            members.Add(set);
            return true;
        }

        // A hyphen before the end of the class, or before a set, stands for itself.
        if (cursor.IsAtEnd || cursor.Current != '-' || cursor.Next is ']' or '\0')
        {
            members.Add(first, first);
            return true;
        }

        cursor.Skip(1);
        if (!TryReadAtom(cursor, out var last, out set))
            return false;
        if (set is not null)
        {
            members.Add(first, first);
            members.Add('-', '-');
            members.Add(set);
            return true;
        }

        members.Add(first, last);
        return first <= last || cursor.Fail("a range of a class is in the wrong order");
    }

    private static bool TryReadAtom(EcmaCursor cursor, out int codePoint, out CodePointSet? set)
    {
        if (cursor.Current == '\\')
            return EcmaEscape.TryRead(cursor, inClass: true, out codePoint, out set);
        codePoint = cursor.ReadCodePoint();
        set = null;
        return true;
    }
}
