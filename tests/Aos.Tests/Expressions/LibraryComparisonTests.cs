using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aos.Contracts.Expressions;
using CsCheck;

namespace Aos.Tests.Expressions;

/// <summary>Compares with an independent implementation, JmesPath.Net, wherever both give a value.</summary>
public sealed partial class LibraryComparisonTests
{
    private readonly DevLab.JmesPath.JmesPath _library = new();

    [Fact]
    public void Every_plain_path_of_the_official_suite_reads_the_same_as_in_the_library()
    {
        var paths = JmesPathSuite.Files.SelectMany(JmesPathSuite.Read)
            .Where(test => test.Error is null && PlainPath().IsMatch(test.Expression)).ToList();

        Assert.True(paths.Count > 150, $"only {paths.Count} plain paths");
        Assert.Equal(
            [], paths.Select(test => Difference(test.Expression, test.Given))
                .Where(difference => difference is not null));
    }

    [Fact]
    public void Random_portable_expressions_give_the_same_as_in_the_library() =>
        Gen.Select(ExpressionGen.Portable, ExpressionGen.Data).Sample(
            (text, data) =>
            {
                // The library has no null in some places, and sorts a mixture of integers and fractions as integers.
                var portable = Encoding.UTF8.GetString(data.Real.ToCanonicalUtf8())
                    .Replace("null", "7", StringComparison.Ordinal).Replace("-2.5", "-2", StringComparison.Ordinal);
                var difference = Difference(text, JsonElement.Parse(portable));
                Assert.True(difference is null, difference);
            },
            iter: 5_000);

    [GeneratedRegex(
        """^(@|\w+|"[^"]+"|\[-?\d+\])(\.(\w+|"[^"]+")|\[-?\d+\])*$""",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex PlainPath();

    private string? Difference(string text, JsonElement given)
    {
        var ours = ExpressionTesting.Parse(text).Evaluate(ExpressionValue.FromElement(given));
        if (!ours.IsSuccess) return null;
        string theirs;
        try
        {
            theirs = _library.Transform(given.GetRawText(), text);
        }
        catch (Exception error) when (error is not InvalidCastException)
        {
            return null; // It refuses some of what the specification defines; the official suite covers that.
        }

        var shown = ExpressionTesting.Show(ours.Value);
        return Same(JsonElement.Parse(shown), JsonElement.Parse(theirs))
            ? null : $"{text} on {given}: {shown}, library: {theirs}";
    }

    // The library computes with doubles.
    private static bool Same(JsonElement ours, JsonElement theirs)
    {
        if (ours.ValueKind != theirs.ValueKind) return false;
        return ours.ValueKind switch
        {
            JsonValueKind.Number => Math.Abs(ours.GetDouble() - theirs.GetDouble()) < 1e-9,
            JsonValueKind.Array => ours.GetArrayLength() == theirs.GetArrayLength()
                && ours.EnumerateArray().Zip(theirs.EnumerateArray()).All(pair => Same(pair.First, pair.Second)),
            JsonValueKind.Object => ours.GetPropertyCount() == theirs.GetPropertyCount()
                && ours.EnumerateObject().All(member =>
                    theirs.TryGetProperty(member.Name, out var other) && Same(member.Value, other)),
            _ => JsonElement.DeepEquals(ours, theirs),
        };
    }
}
