using System.Text.Json;
using Aos.Contracts.Agents;
using Aos.Contracts.Skills;

namespace Aos.Kernel.Policies;

/// <summary>A call while it is judged: what several rules ask for is worked out once.</summary>
internal sealed class CallView(PolicyCall call, ZoneClocks clocks)
{
    private static readonly string[] UrlTokens = ["url"];
    private static readonly string[] MethodTokens = ["method"];

    private (Certainty IsThere, Uri? Url)? _address;
    private string? _host;
    private string? _path;

    public PolicyCall Call => call;

    public ZoneClocks Clocks => clocks;

    /// <summary>Whether it changes anything in the world; null where that is not known.</summary>
    public bool? ChangesTheWorld =>
        call.Effect is { } effect ? effect is not (EffectClass.Pure or EffectClass.Read) : null;

    /// <summary>Whether the input has an address, and which; the address is null where it is not there or not
    /// known.</summary>
    public (Certainty IsThere, Uri? Url) Address => _address ??= ReadAddress();

    /// <summary>The host of the address, in the one spelling that there is.</summary>
    public string Host => _host ??= NetworkEntry.HostOf(Address.Url!);

    /// <summary>The path of the address as servers read it. What one of them may take for another path is that
    /// path.</summary>
    public string Path => _path ??= call.RulesVersion < 3
        ? Uri.UnescapeDataString(Address.Url!.AbsolutePath)
        : Resolve(Uri.UnescapeDataString(Address.Url!.AbsolutePath));

    /// <summary>The method of a call with an address; null where it is not known.</summary>
    public string? Method => Part(MethodTokens) switch
    {
        { IsThere: Certainty.Maybe } => null,
        { IsThere: Certainty.Yes, Value: { ValueKind: JsonValueKind.String } text } => text.GetString(),
        { IsThere: Certainty.Yes, Value.ValueKind: not JsonValueKind.Null } => "",
        _ => "GET",
    };

    /// <summary>A part of the input: whether it is there, or not known, and what it is.</summary>
    public (Certainty IsThere, JsonElement Value) Part(IReadOnlyList<string> tokens)
    {
        var value = call.Input.Element;
        foreach (var token in tokens)
        {
            // Where a part on the way is not known, what is in it is not known either.
            if (IsUnknown(value)) return (Certainty.Maybe, default);
            if (!Enter(ref value, token)) return (Certainty.No, default);
        }
        return (IsUnknown(value) ? Certainty.Maybe : Certainty.Yes, value);
    }

    public bool IsUnknown(JsonElement value) => call.HasUnknown && value.ValueKind == JsonValueKind.Null;

    private static bool Enter(ref JsonElement value, string token)
    {
        if (value.ValueKind == JsonValueKind.Object) return value.TryGetProperty(token, out value);
        if (value.ValueKind != JsonValueKind.Array || token.Length is 0 or > 9 || (token.Length > 1 && token[0] == '0'))
            return false;
        var index = 0;
        foreach (var digit in token)
        {
            if (!char.IsAsciiDigit(digit)) return false;
            index = index * 10 + digit - '0';
        }
        if (index >= value.GetArrayLength()) return false;
        value = value[index];
        return true;
    }

    // Many servers take two slashes for one, a backslash for a slash, and an escaped slash for a plain one.
    private static string Resolve(string path)
    {
        var parts = path.Split('/', '\\');
        var kept = new List<string>(parts.Length);
        foreach (var part in parts)
            if (part != "..") { if (part is not ("" or ".")) kept.Add(part); }
            else if (kept.Count > 0) kept.RemoveAt(kept.Count - 1);
        return kept.Count == 0 ? "/" : $"/{string.Join('/', kept)}{(parts[^1] is "" or "." or ".." ? "/" : "")}";
    }

    private (Certainty, Uri?) ReadAddress()
    {
        var (isThere, value) = Part(UrlTokens);
        if (isThere != Certainty.Yes) return (isThere, null);
        return value.ValueKind == JsonValueKind.String
            && Uri.TryCreate(value.GetString(), UriKind.Absolute, out var url)
            && url.IdnHost.Length > 0 ? (Certainty.Yes, url) : (Certainty.No, null);
    }
}
