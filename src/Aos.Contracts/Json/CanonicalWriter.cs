using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Aos.Contracts.Json;

/// <summary>Writes one value canonically. Its buffers are pooled: dispose it once, in a finally.</summary>
internal ref struct CanonicalWriter : IDisposable
{
    private const int FewMembers = 16;

    private PooledBytes _output;

    // Unescaped names and the members of every open object, each used as a stack by the recursion.
    private PooledBytes _names;
    private Member[] _members = [];
    private int _memberCount;

    public CanonicalWriter()
    {
        _output = new PooledBytes(512);
        _names = new PooledBytes(256);
    }

    /// <summary>The canonical bytes, valid until the writer is disposed.</summary>
    public ReadOnlySpan<byte> Run(JsonElement value)
    {
        WriteValue(value);
        return _output.Written;
    }

    public void Dispose()
    {
        _output.Dispose();
        _names.Dispose();
        if (_members.Length > 0)
            ArrayPool<Member>.Shared.Return(_members, clearArray: true);
        _members = [];
    }

    private void WriteValue(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                GuardStack();
                WriteObject(value);
                break;
            case JsonValueKind.Array:
                GuardStack();
                WriteArray(value);
                break;
            case JsonValueKind.String:
                WriteString(value);
                break;
            case JsonValueKind.Number:
                CanonicalNumber.Write(JsonMarshal.GetRawUtf8Value(value), ref _output);
                break;
            case JsonValueKind.True:
                _output.Add("true"u8);
                break;
            case JsonValueKind.False:
                _output.Add("false"u8);
                break;
            case JsonValueKind.Null:
                _output.Add("null"u8);
                break;
            default:
                throw new InvalidOperationException("An undefined JSON value has no canonical form.");
        }
    }

    private static void GuardStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new InvalidOperationException("The JSON value is nested too deep. Read it with StrictJson first.");
    }

    private void WriteArray(JsonElement array)
    {
        _output.Add((byte)'[');
        var first = true;
        foreach (var item in array.EnumerateArray())
        {
            if (!first)
                _output.Add((byte)',');
            first = false;
            WriteValue(item);
        }

        _output.Add((byte)']');
    }

    private void WriteObject(JsonElement value)
    {
        var namesStart = _names.Length;
        var start = _memberCount;
        CollectMembers(value);
        Sort(start);

        var end = _memberCount;
        _output.Add((byte)'{');
        for (var at = start; at < end; at++)
        {
            if (at > start)
                _output.Add((byte)',');
            // By index each time: writing a value may move the array and the names.
            WriteText(NameOf(_members[at]));
            _output.Add((byte)':');
            WriteValue(_members[at].Value);
        }

        _output.Add((byte)'}');
        _memberCount = start;
        _names.Cut(namesStart);
    }

    private void CollectMembers(JsonElement value)
    {
        foreach (var property in value.EnumerateObject())
        {
            var raw = JsonMarshal.GetRawUtf8PropertyName(property);
            var nameStart = _names.Length;
            CanonicalText.Unescape(raw, ref _names);
            if (_memberCount == _members.Length)
                GrowMembers();
            _members[_memberCount++] = new Member(property.Value, nameStart, _names.Length - nameStart);
        }
    }

    private void GrowMembers()
    {
        var grown = ArrayPool<Member>.Shared.Rent(Math.Max(16, _members.Length * 2));
        _members.CopyTo(grown, 0);
        if (_members.Length > 0)
            ArrayPool<Member>.Shared.Return(_members, clearArray: true);
        _members = grown;
    }

    private void Sort(int start)
    {
        var members = _members.AsSpan(start, _memberCount - start);
        if (IsOrdered(members))
            return;
        if (members.Length <= FewMembers)
            SortFew(members);
        else
            members.Sort(new NameOrder(_names.Array));
        if (IsOrdered(members))
            return;
        throw new InvalidOperationException("An object names a member twice. Read it with StrictJson first.");
    }

    // By insertion: cheap for few members, and no comparer is allocated.
    private readonly void SortFew(Span<Member> members)
    {
        for (var at = 1; at < members.Length; at++)
        {
            var member = members[at];
            var place = at;
            for (; place > 0 && CanonicalText.Compare(NameOf(members[place - 1]), NameOf(member)) > 0; place--)
                members[place] = members[place - 1];
            members[place] = member;
        }
    }

    private readonly bool IsOrdered(ReadOnlySpan<Member> members)
    {
        for (var at = 1; at < members.Length; at++)
        {
            if (CanonicalText.Compare(NameOf(members[at - 1]), NameOf(members[at])) >= 0)
                return false;
        }

        return true;
    }

    private readonly ReadOnlySpan<byte> NameOf(Member member) =>
        _names.Array.AsSpan(member.NameStart, member.NameLength);

    private void WriteString(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        if (!raw.Contains((byte)'\\'))
        {
            _output.Add(raw); // The grammar lets nothing stand unescaped that the canonical form escapes.
            return;
        }

        var start = _names.Length;
        CanonicalText.Unescape(raw[1..^1], ref _names);
        WriteText(_names.Written[start..]);
        _names.Cut(start);
    }

    private void WriteText(ReadOnlySpan<byte> text)
    {
        _output.Add((byte)'"');
        CanonicalText.WriteEscaped(text, ref _output);
        _output.Add((byte)'"');
    }

    private readonly record struct Member(JsonElement Value, int NameStart, int NameLength);

    private sealed class NameOrder(byte[] names) : IComparer<Member>
    {
        public int Compare(Member x, Member y) => CanonicalText.Compare(
            names.AsSpan(x.NameStart, x.NameLength), names.AsSpan(y.NameStart, y.NameLength));
    }
}
