using System.Text;
using System.Text.Json;
using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Skills.Standard.JsonTransform;

namespace Aos.Tests.Skills;

public sealed class JsonTransformSkillTests
{
    private readonly JsonTransformSkill _skill = new();

    [Theory]
    [InlineData("a.b", """{"a":{"b":"x"}}""", """{"value":"x"}""")]
    [InlineData("@", """{"b":1.0,"a":[ 1e2 , "\u00e9"]}""", """{"value":{"a":[100,"é"],"b":1}}""")]
    [InlineData("{z: a, y: b}", """{"a":9007199254740993,"b":null}""", """{"value":{"y":null,"z":9007199254740993}}""")]
    [InlineData("sum([*].cost)", """[{"cost":0.1},{"cost":0.2}]""", """{"value":0.3}""")]
    [InlineData("missing", "{}", """{"value":null}""")]
    [InlineData("type(@)", "null", """{"value":"null"}""")]
    public async Task The_result_is_canonical_JSON(string expression, string data, string expected)
    {
        var result = await Invoke(expression, data);

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal(ErrorCodes.Ok, result.Code);
        Assert.Equal(expected, Encoding.UTF8.GetString(result.Result!.Utf8.Span));
        Assert.Equal(default, result.Cost);
        Assert.Empty(result.SideEffects);
    }

    [Theory]
    [InlineData("a.[", "EXPRESSION_INVALID", "At character 4 of the expression: The expression ends too early.")]
    [InlineData("nope(@)", "EXPRESSION_INVALID", "At character 1 of the expression: There is no function nope().")]
    [InlineData("[@, abs(@)]", "EXPRESSION_FAILED", "At character 5 of the expression: abs() takes number, not array.")]
    [InlineData(
        "[*].[@,@,@,@,@,@,@,@,@,@,@]",
        "FUEL_EXHAUSTED",
        "At character 8 of the expression: The expression needs more than 100000 units of work.")]
    [InlineData(
        "[[@,@,@,@],[@,@,@,@]]", "PAYLOAD_TOO_LARGE",
        "At character 2 of the expression: The value takes more than 1048576 bytes.")]
    public async Task A_failure_has_its_code_and_names_its_place(string expression, string code, string message)
    {
        var numbers = "[" + string.Join(',', Enumerable.Range(100_000, 45_000)) + "]";

        var result = await Invoke(expression, numbers);

        Assert.False(result.Succeeded);
        Assert.Equal(code, result.Code.Value);
        Assert.Equal(message, result.Message);
        Assert.Equal(EffectState.None, result.Effect);
        Assert.Equal([new Problem("/expression", result.Code, message)], result.Problems);
    }

    [Fact]
    public async Task Every_example_of_the_contract_succeeds()
    {
        Assert.NotEmpty(_skill.Contract.Examples);
        foreach (var example in _skill.Contract.Examples)
        {
            var result = await _skill.InvokeAsync(Call(example.Input), TestContext.Current.CancellationToken);
            Assert.True(result.Succeeded && result.Result!.ToString() != """{"value":null}""", example.Title);
        }
    }

    [Fact]
    public void It_is_pure_and_free_and_declares_how_it_fails()
    {
        var contract = _skill.Contract;

        Assert.Equal("json_transform", contract.Name.Value);
        Assert.Equal(new SkillVersion(1, 1, 0), contract.Version);
        Assert.Equal(EffectClass.Pure, contract.Effect!.Default);
        Assert.Null(contract.Cost);
        Assert.Empty(contract.Permissions);
        Assert.Empty(contract.SideEffects);
        Assert.Equal(
            ["EXPRESSION_INVALID", "EXPRESSION_FAILED", "INVALID_INPUT", "SCHEMA_VIOLATION", "FUEL_EXHAUSTED",
                "PAYLOAD_TOO_LARGE"],
            contract.FailureModes.Select(mode => mode.Code.Value));
        Assert.Equal(JsonValueKind.Object, contract.InputSchema.Element.ValueKind);
        Assert.Equal(JsonValueKind.Object, contract.OutputSchema.Element.ValueKind);
    }

    private ValueTask<SkillResult> Invoke(string expression, string data)
    {
        var text = JsonEncodedText.Encode(expression);
        var input = Encoding.UTF8.GetBytes($$"""{"data":{{data}},"expression":"{{text}}"}""");
        return _skill.InvokeAsync(Call(Payload.FromUtf8(input)), TestContext.Current.CancellationToken);
    }

    private static SkillCall Call(Payload input) =>
        new() { Input = input, IdempotencyKey = "key", Effect = EffectClass.Pure, Timeout = TimeSpan.FromSeconds(1) };
}
