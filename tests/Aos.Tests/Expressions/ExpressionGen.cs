using Aos.Contracts.Expressions;
using CsCheck;

namespace Aos.Tests.Expressions;

/// <summary>Random expressions, and random data in which some values are not known.</summary>
internal static class ExpressionGen
{
    private static readonly string[] OneArgument =
    [
        "abs", "avg", "ceil", "floor", "keys", "length", "max", "min", "not_null", "reverse", "sort", "sum", "to_array",
        "to_number", "to_string", "type", "values",
    ];

    private static readonly string[] TwoArguments =
        ["contains", "starts_with", "ends_with", "join", "merge", "not_null"];

    private static readonly string[] Operators = ["||", "&&", "==", "!=", "<", "<=", ">", ">=", "|"];

    private static readonly string[] Suffixes =
        [".a", ".b", "[0]", "[-1]", "[*]", "[]", ".*", "[1:]", "[::-1]", "[*].a", "[].b", ".*.a", "[:2].a", "[*][0]"];

    /// <summary>A valid expression over the names a, b and c.</summary>
    public static readonly Gen<string> Expression = Gen.Recursive<string>((depth, inner) =>
    {
        var leaf = Gen.OneOf(
            "a", "b", "c", "@", "'x'", "'a'", "`1`", "`-2.5`", "`null`", "`false`", "`[]`", "`[3,1]`", "\"a\"", "*");
        if (depth >= 4) return leaf;
        var shape = Gen.Select(inner, inner, Gen.Int[0, 12], Gen.Int[0, 99]);
        return Gen.OneOf(leaf, shape.Select((left, right, kind, pick) => kind switch
        {
            <= 2 => $"({left}){Suffixes[pick % Suffixes.Length]}",
            3 => $"({left})[?{right}]",
            4 => $"({left})[?{right}].a",
            5 => $"[{left}, {right}]",
            6 => $"{{x: {left}, a: {right}}}",
            7 => $"!({left})",
            8 => $"{OneArgument[pick % OneArgument.Length]}({left})",
            9 => $"{TwoArguments[pick % TwoArguments.Length]}({left}, {right})",
            10 => $"{(pick % 2 == 0 ? "sort_by" : "max_by")}({left}, &{right})",
            11 => $"map(&{right}, {left})",
            _ => $"({left}) {Operators[pick % Operators.Length]} ({right})",
        }));
    });

    /// <summary>Expressions on which implementations agree where no null, nor a slice of text, is involved: without
    /// grouped projections, which some take for open ones, and without ordering, which some extend to text.</summary>
    public static readonly Gen<string> Portable =
        from chain in Chain
        from other in Chain
        from kind in Gen.Int[0, 9]
        from function in Gen.OneOf(OneArgument)
        select kind switch
        {
            <= 3 => chain,
            4 => function == "to_string" ? chain : $"{function}({chain})",
            5 => $"[{chain}, {other}]",
            6 => $"{{x: {chain}, a: {other}}}",
            7 => $"{chain} || {other}",
            8 => $"{chain} && !{other}",
            _ => $"{chain} == {other}",
        };

    private static readonly string[] Suffix =
        [".a", ".b", "[0]", "[-1]", "[*]", "[]", ".*", "[?a]", "[?b == `1`]", "[?!a].b", "[?!b[0]]"];

    private static Gen<string> Chain =>
        from head in Gen.OneOf("a", "b", "c", "@", "@")
        from tail in Gen.OneOf(Suffix).Array[0, 4]
        select head + string.Concat(tail);

    private static readonly string[] Leaves =
        ["null", "true", "false", "0", "1", "-2.5", "3e0", "\"\"", "\"a\"", "\"x\"", "[]", "{}"];

    /// <summary>Data, as known when planning and as it turns out when the plan runs.</summary>
    public static readonly Gen<(ExpressionValue Planned, ExpressionValue Real)> Data =
        Gen.Recursive<(ExpressionValue Planned, ExpressionValue Real)>((depth, inner) =>
        {
            var leaf = Gen.OneOf(Leaves).Select(Known);
            if (depth >= 4) return leaf;
            return Gen.Frequency(
                (2, leaf),
                (1, inner.Select(value => (ExpressionValue.Unknown, value.Real))),
                (2, inner.Array[0, 3].Select(ArrayOf)),
                (3, inner.Array[3].Select(ObjectOf)));
        });

    private static (ExpressionValue Planned, ExpressionValue Real) Known(string json) =>
        (ExpressionTesting.Value(json), ExpressionTesting.Value(json));

    private static (ExpressionValue Planned, ExpressionValue Real) ArrayOf(
        (ExpressionValue Planned, ExpressionValue Real)[] items) =>
        (ExpressionValue.FromItems(items.Select(item => item.Planned)),
            ExpressionValue.FromItems(items.Select(item => item.Real)));

    private static (ExpressionValue Planned, ExpressionValue Real) ObjectOf(
        (ExpressionValue Planned, ExpressionValue Real)[] items) =>
        (new ExpressionTesting.Scope(("a", items[0].Planned), ("b", items[1].Planned), ("c", items[2].Planned)),
            new ExpressionTesting.Scope(("a", items[0].Real), ("b", items[1].Real), ("c", items[2].Real)));
}
