using System.Text;
using System.Text.Json;
using Aos.Contracts.Expressions;

namespace Aos.Tests.Expressions;

/// <summary>Short forms that the tests of expressions share.</summary>
internal static class ExpressionTesting
{
    public static ExpressionValue Value(string json) => ExpressionValue.FromElement(JsonElement.Parse(json));

    public static Expression Parse(string text)
    {
        Assert.True(Expression.TryParse(text, out var expression, out var error), $"{text}: {error?.Message}");
        return expression;
    }

    public static ExpressionError ParseError(string text)
    {
        Assert.False(Expression.TryParse(text, out var expression, out var error), text);
        Assert.Null(expression);
        return error;
    }

    /// <summary>Evaluates, expecting a value.</summary>
    public static ExpressionValue Run(string text, in ExpressionValue scope, ExpressionLimits? limits = null)
    {
        var result = Parse(text).Evaluate(scope, limits);
        Assert.True(result.IsSuccess, $"{text}: {result.Error?.Message}");
        return result.Value;
    }

    /// <summary>Evaluates against JSON, expecting a known value, and writes it: members sorted, unknown parts as
    /// ?.</summary>
    public static string Run(string text, string json) => Show(Run(text, Value(json)));

    public static ExpressionError RunError(string text, string json, ExpressionLimits? limits = null)
    {
        var result = Parse(text).Evaluate(Value(json), limits);
        Assert.False(result.IsSuccess, $"{text} gives {Show(result.Value)}");
        Assert.Equal(ExpressionValueKind.Null, result.Value.Kind);
        return result.Error!;
    }

    public static string Show(in ExpressionValue value)
    {
        if (!value.ContainsUnknown) return Encoding.UTF8.GetString(value.ToCanonicalUtf8());
        return value.Kind switch
        {
            ExpressionValueKind.Unknown => value.IsTruthy switch { null => "?", true => "?true", false => "?false" },
            ExpressionValueKind.Array => "[" + string.Join(',', value.Items.Select(item => Show(item))) + "]",
            _ => "{" + string.Join(',', value.Members.Select(member => $"\"{member.Key}\":{Show(member.Value)}")) + "}",
        };
    }

    /// <summary>An object with members in memory; a value can be <see cref="ExpressionValue.Unknown"/>.</summary>
    public sealed class Scope(params (string Name, ExpressionValue Value)[] members) : ExpressionObject
    {
        public override IEnumerable<string> MemberNames => members.Select(member => member.Name);

        public static implicit operator ExpressionValue(Scope scope) => ExpressionValue.FromObject(scope);

        public override bool TryGetMember(string name, out ExpressionValue value)
        {
            var at = Array.FindIndex(members, member => member.Name == name);
            value = at < 0 ? ExpressionValue.Null : members[at].Value;
            return at >= 0;
        }
    }
}
