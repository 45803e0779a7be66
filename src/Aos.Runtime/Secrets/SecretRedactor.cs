using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Secrets;
using Aos.Contracts.Values;
using Aos.Runtime.Journals;

namespace Aos.Runtime.Secrets;

/// <summary>Removes secrets from text and JSON, in every form of <see cref="SecretForms"/>. In their place stands
/// <c>[secret:NAME]</c>. Immutable and thread-safe.</summary>
internal sealed class SecretRedactor
{
    private readonly (string Form, string Mark)[] _forms;
    private readonly SearchValues<string> _search;

    /// <summary>A redactor of these secrets.</summary>
    public SecretRedactor(IEnumerable<(SecretName Name, string Text)> secrets)
    {
        _forms = [
            .. secrets.SelectMany(
                secret => SecretForms.Of(secret.Text).Select(form => (form, $"[secret:{secret.Name}]")))
            .OrderByDescending(pair => pair.form.Length)];
        _search = SearchValues.Create([.. _forms.Select(pair => pair.Form)], StringComparison.Ordinal);
    }

    /// <summary>The text without secrets; the same object where it has none.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public string? Clean(string? text)
    {
        if (text is null) return null;
        var at = text.AsSpan().IndexOfAny(_search);
        if (at < 0) return text;
        var clean = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        while (at >= 0)
        {
            clean.Append(rest[..at]);
            var (form, mark) = LongestAt(rest[at..]);
            clean.Append(mark);
            rest = rest[(at + form.Length)..];
            at = rest.IndexOfAny(_search);
        }
        return clean.Append(rest).ToString();
    }

    /// <summary>The value without secrets; the same object where it has none.</summary>
    public Payload? Clean(Payload? value) =>
        value is null || !value.IsComplete || !IsIn(value.Utf8.Span) ? value : Rewrite(value);

    /// <summary>The problems without secrets.</summary>
    public ValueList<Problem> Clean(ValueList<Problem> problems) =>
        problems.IsEmpty ? problems : ValueList.From(problems
        .Select(problem => new Problem(Clean(problem.Pointer), problem.Code, Clean(problem.Message))));

    /// <summary>The side effects without secrets.</summary>
    public ValueList<SideEffect> Clean(ValueList<SideEffect> effects) =>
        effects.IsEmpty ? effects : ValueList.From(effects
        .Select(effect => effect with { Type = Clean(effect.Type), Target = Clean(effect.Target) }));

    private (string Form, string Mark) LongestAt(ReadOnlySpan<char> text)
    {
        foreach (var pair in _forms)
            if (text.StartsWith(pair.Form, StringComparison.Ordinal)) return pair;
        throw new System.Diagnostics.UnreachableException();
    }

    // Where nothing is escaped, every text of the value stands there as it is.
    private bool IsIn(ReadOnlySpan<byte> json)
    {
        if (json.Contains((byte)'\\')) return true;
        var characters = ArrayPool<char>.Shared.Rent(json.Length);
        try
        {
            return characters.AsSpan(0, Encoding.UTF8.GetChars(json, characters)).ContainsAny(_search);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters, clearArray: true);
        }
    }

    private Payload Rewrite(Payload value)
    {
        var output = new ArrayBufferWriter<byte>(value.Utf8.Length);
        var changes = 0;
        using (var writer = new Utf8JsonWriter(output, EventCodec.Options)) Write(writer, value.Element, ref changes);
        return changes == 0 ? value : Payload.FromUtf8(output.WrittenMemory);
    }

    private void Write(Utf8JsonWriter writer, JsonElement element, ref int changes)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(CleanName(member.Name, ref changes));
                    Write(writer, member.Value, ref changes);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(writer, item, ref changes);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String: WriteText(writer, element.GetString()!, ref changes); break;
            case JsonValueKind.Number when Clean(element.GetRawText()) is var clean && clean != element.GetRawText():
                changes++;
                writer.WriteStringValue(clean);
                break;
            default: writer.WriteRawValue(element.GetRawText(), skipInputValidation: true); break;
        }
    }

    private void WriteText(Utf8JsonWriter writer, string text, ref int changes)
    {
        var clean = Clean(text);
        if (!ReferenceEquals(clean, text)) changes++;
        writer.WriteStringValue(clean);
    }

    // Two names that differ only in how they write a secret stay two names.
    private string CleanName(string name, ref int changes)
    {
        var clean = Clean(name);
        return ReferenceEquals(clean, name) ? name : $"{clean}#{++changes}";
    }
}
