using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aos.Contracts.Values;

/// <summary>An exact amount of United States dollars, counted in nano-dollars (10⁻⁹ USD).</summary>
/// <remarks>A token of the cheapest model costs a few hundred of these units, and a <see cref="long"/> holds
/// nine billion dollars. JSON shows cents as an exact decimal number. <see langword="default"/> is zero.
/// Arithmetic that overflows throws <see cref="OverflowException"/>: it is never wrapped.</remarks>
/// <param name="NanoUsd">The amount in nano-dollars; negative only as a difference.</param>
[JsonConverter(typeof(MoneyConverter))]
public readonly record struct Money(long NanoUsd) : IComparable<Money>
{
    private const long NanoPerCent = 10_000_000;

    /// <summary>Nothing.</summary>
    public static Money Zero => default;

    /// <summary>The amount in cents, exact, without trailing zeros.</summary>
    public decimal Cents => Normalise(NanoUsd / (decimal)NanoPerCent);

    /// <summary>The larger of nothing and this amount.</summary>
    public Money OrZero => NanoUsd < 0 ? Zero : this;

    /// <summary>Reads an exact number of cents. False where the amount is negative, finer than a nano-dollar or
    /// larger than a <see cref="Money"/> holds.</summary>
    public static bool TryFromCents(decimal cents, out Money money)
    {
        money = default;
        if (cents < 0 || cents > long.MaxValue / NanoPerCent) return false;
        var nano = cents * NanoPerCent;
        if (nano != decimal.Truncate(nano)) return false;
        money = new Money((long)nano);
        return true;
    }

    /// <summary>The amount of <paramref name="cents"/>, for constants.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The amount is not an exact, positive number of
    /// nano-dollars.</exception>
    public static Money FromCents(decimal cents) => TryFromCents(cents, out var money)
        ? money
        : throw new ArgumentOutOfRangeException(nameof(cents), cents, "Not an exact amount of nano-dollars.");

    /// <summary>The smaller of two amounts.</summary>
    public static Money Min(Money left, Money right) => left <= right ? left : right;

    /// <summary>The larger of two amounts.</summary>
    public static Money Max(Money left, Money right) => left >= right ? left : right;

    /// <inheritdoc />
    public int CompareTo(Money other) => NanoUsd.CompareTo(other.NanoUsd);

    /// <summary>The sum.</summary>
    public static Money operator +(Money left, Money right) => new(checked(left.NanoUsd + right.NanoUsd));

    /// <summary>The difference, which may be negative.</summary>
    public static Money operator -(Money left, Money right) => new(checked(left.NanoUsd - right.NanoUsd));

    /// <summary>The amount so many times.</summary>
    public static Money operator *(Money left, long times) => new(checked(left.NanoUsd * times));

    /// <summary>Whether left is the smaller.</summary>
    public static bool operator <(Money left, Money right) => left.NanoUsd < right.NanoUsd;

    /// <summary>Whether left is the larger.</summary>
    public static bool operator >(Money left, Money right) => left.NanoUsd > right.NanoUsd;

    /// <summary>Whether left is not the larger.</summary>
    public static bool operator <=(Money left, Money right) => left.NanoUsd <= right.NanoUsd;

    /// <summary>Whether left is not the smaller.</summary>
    public static bool operator >=(Money left, Money right) => left.NanoUsd >= right.NanoUsd;

    /// <summary>The amount in cents, as people read it: <c>12.5¢</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Cents}¢");

    // Dividing by a one with many zeros drops the trailing zeros of a decimal.
    private static decimal Normalise(decimal value) => value / 1.0000000000000000000000000000m;
}

internal sealed class MoneyConverter : JsonConverter<Money>
{
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var cents)
        && Money.TryFromCents(cents, out var money)
            ? money
            : throw new JsonException("Expected a number of cents, zero or more, with at most seven decimals.");

    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options)
    {
        if (value.NanoUsd == 0) writer.WriteNumberValue(0);
        else writer.WriteNumberValue(value.Cents);
    }
}
