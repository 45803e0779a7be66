using System.Collections;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Aos.Contracts.Models;

namespace Aos.Contracts.Values;

/// <summary>An immutable map from names to values, ordered by name, that is equal to another with equal entries. In
/// JSON an object. <see langword="default"/> is the empty map.</summary>
/// <typeparam name="T">The values.</typeparam>
[JsonConverter(typeof(ValueMapConverterFactory))]
public readonly struct ValueMap<T> : IReadOnlyDictionary<string, T>, IEquatable<ValueMap<T>>
{
    private readonly ImmutableSortedDictionary<string, T>? _entries;

    internal ValueMap(ImmutableSortedDictionary<string, T> entries) => _entries = entries;

    private ImmutableSortedDictionary<string, T> Entries => _entries ?? ValueMap.Empty<T>();

    /// <inheritdoc />
    public int Count => Entries.Count;

    /// <summary>Whether there are no entries.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The names, in ordinal order.</summary>
    public IEnumerable<string> Keys => Entries.Keys;

    /// <summary>The values, in the order of their names.</summary>
    public IEnumerable<T> Values => Entries.Values;

    /// <inheritdoc />
    public T this[string key] => Entries[key];

    /// <inheritdoc />
    public bool ContainsKey(string key) => Entries.ContainsKey(key);

    /// <inheritdoc />
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => Entries.TryGetValue(key, out value);

    /// <summary>The map with one entry set.</summary>
    public ValueMap<T> With(string key, T value) => new(Entries.SetItem(key, value));

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => Entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc />
    public bool Equals(ValueMap<T> other) => Entries.SequenceEqual(other.Entries);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is ValueMap<T> other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in Entries) hash.Add(HashCode.Combine(key, value));
        return hash.ToHashCode();
    }

    /// <summary>Whether both have equal entries.</summary>
    public static bool operator ==(ValueMap<T> left, ValueMap<T> right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(ValueMap<T> left, ValueMap<T> right) => !left.Equals(right);
}

/// <summary>Builds <see cref="ValueMap{T}"/>s.</summary>
public static class ValueMap
{
    /// <summary>A map of these entries; of two with one name the later counts.</summary>
    public static ValueMap<T> From<T>(IEnumerable<KeyValuePair<string, T>> entries) =>
        new(Empty<T>().SetItems(entries));

    internal static ImmutableSortedDictionary<string, T> Empty<T>() =>
        ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);
}

/// <summary>Finds the converter of a <see cref="ValueMap{T}"/> in a table, as <see cref="ValueListConverterFactory"/>
/// does for lists.</summary>
internal sealed class ValueMapConverterFactory : JsonConverterFactory
{
    private static readonly FrozenDictionary<Type, JsonConverter> Converters = new Dictionary<Type, JsonConverter>
    {
        [typeof(ValueMap<ModelSpec>)] = new ValueMapConverter<ModelSpec>(),
    }.ToFrozenDictionary();

    public override bool CanConvert(Type typeToConvert) => Converters.ContainsKey(typeToConvert);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        Converters[typeToConvert];
}

internal interface IMapConverter
{
    /// <summary>What the map holds.</summary>
    JsonTypeInfo ValueInfo(JsonSerializerOptions options);
}

internal sealed class ValueMapConverter<T> : JsonConverter<ValueMap<T>>, IMapConverter
{
    public JsonTypeInfo ValueInfo(JsonSerializerOptions options) => options.GetTypeInfo(typeof(T));

    public override ValueMap<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("Expected an object.");
        var value = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        var entries = ValueMap.Empty<T>().ToBuilder();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            entries[name] = JsonSerializer.Deserialize(ref reader, value)
                ?? throw new JsonException($"'{name}' is null.");
        }
        return new ValueMap<T>(entries.ToImmutable());
    }

    public override void Write(Utf8JsonWriter writer, ValueMap<T> value, JsonSerializerOptions options)
    {
        var info = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        writer.WriteStartObject();
        foreach (var (name, entry) in value)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, entry, info);
        }
        writer.WriteEndObject();
    }
}
