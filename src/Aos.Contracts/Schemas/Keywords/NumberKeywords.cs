using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary><c>minimum</c>, <c>maximum</c>, <c>exclusiveMinimum</c> and <c>exclusiveMaximum</c>.</summary>
internal sealed class BoundKeyword(SchemaNode owner, string name, ExactNumber bound) : Assertion(owner, name)
{
    protected override bool Holds(JsonElement instance, Evaluation run)
    {
        if (instance.ValueKind != JsonValueKind.Number)
            return true;
        var difference = bound.CompareFrom(instance);
        return Name switch
        {
            "minimum" => difference >= 0,
            "maximum" => difference <= 0,
            "exclusiveMinimum" => difference > 0,
            _ => difference < 0,
        };
    }

    protected override string Expectation(JsonElement instance)
    {
        var relation = Name switch
        {
            "minimum" => "at least",
            "maximum" => "at most",
            "exclusiveMinimum" => "greater than",
            _ => "less than",
        };
        return $"must be {relation} {bound}, but is {NumberText.Of(instance)}";
    }
}

/// <summary><c>multipleOf</c>, exact for decimals and for numbers of any size.</summary>
internal sealed class MultipleOfKeyword(SchemaNode owner, ExactNumber divisor) : Assertion(owner, "multipleOf")
{
    protected override bool Holds(JsonElement instance, Evaluation run) =>
        instance.ValueKind != JsonValueKind.Number || divisor.Divides(instance);

    protected override string Expectation(JsonElement instance) =>
        $"must be a multiple of {divisor}, but is {NumberText.Of(instance)}";
}

internal static class NumberText
{
    private const int Shown = 40;

    /// <summary>A number as written, cut where it is long.</summary>
    public static string Of(JsonElement number)
    {
        var raw = JsonMarshal.GetRawUtf8Value(number);
        return raw.Length <= Shown ? Encoding.ASCII.GetString(raw) : Encoding.ASCII.GetString(raw[..Shown]) + "…";
    }
}
