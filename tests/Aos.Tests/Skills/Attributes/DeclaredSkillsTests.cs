using System.Text.Json;
using Aos.Abstractions.Skills;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Schemas;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime.Skills;
using Aos.Tests.Skills.Registry;
using Microsoft.Extensions.DependencyInjection;
using Weather;

namespace Aos.Tests.Skills.Attributes;

public sealed class DeclaredSkillsTests
{
    [Fact]
    public void A_declaration_becomes_a_contract()
    {
        var contract = Find("weather").Contract;

        Assert.Equal("1.0.0", contract.Version.Value);
        Assert.Equal("Forecasts the weather of a city for up to 14 days.", contract.Description);
        Assert.Equal(EffectClass.Read, contract.Effect!.Default);
        Assert.Equal((200, 5_000), (contract.Latency!.ExpectedMs, contract.TimeoutMs));
        Assert.Equal(["weather", "forecast"], contract.Tags);
        Assert.Equal(
            "CITY_UNKNOWN: no city has that name", $"{contract.FailureModes[0].Code}: {contract.FailureModes[0].When}");
        Assert.Equal("""{ "city": "Oslo" }""", contract.Examples[0].Input.ToString());
        Assert.Equal(JsonElementText("""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "type": "object", "required": ["city"], "additionalProperties": false,
              "properties": {
                "city": { "type": "string", "minLength": 1, "maxLength": 80, "description": "A city, as people write it." },
                "days": { "type": "integer", "minimum": 1, "maximum": 14, "default": 3 },
                "unit": { "enum": ["celsius", "fahrenheit"], "default": "celsius" }
              }
            }
            """), JsonElementText(contract.InputSchema.ToString()));
        Assert.Equal(JsonElementText("""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "type": "object", "required": ["city", "days"], "additionalProperties": false,
              "properties": {
                "city": { "type": "string" },
                "days": { "type": "array", "items": {
                  "type": "object", "required": ["date", "high"], "additionalProperties": false,
                  "properties": {
                    "date": { "type": "string", "format": "date" },
                    "high": { "type": "number" },
                    "warning": { "type": ["string", "null"] }
                  } } }
              }
            }
            """), JsonElementText(contract.OutputSchema.ToString()));
    }

    [Fact]
    public async Task A_declared_skill_is_called_with_its_input_and_gives_its_result()
    {
        var result = await InvokeAsync("weather", """{"city":"Oslo","days":2,"unit":"fahrenheit"}""");

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal("""{"city":"Oslo","days":[{"date":"2026-01-02","high":50.5},{"date":"2026-01-03","high":52,"warning":"storm"}]}""",
            result.Result!.ToString());
    }

    [Theory]
    [InlineData("""{"city":"Oslo"}""", "3 Celsius")]
    [InlineData("""{"city":"Oslo","days":2.0,"unit":"celsius"}""", "2 Celsius")]
    [InlineData("""{"days":14e0,"city":"Oslo","unit":"fahrenheit"}""", "14 Fahrenheit")]
    public async Task A_member_that_is_left_out_has_its_default(string input, string expected)
    {
        var source = new FakeForecasts();

        await Find("weather", source).InvokeAsync(Call(input), TestContext.Current.CancellationToken);

        Assert.Equal(expected, source.Asked);
    }

    [Fact]
    public async Task A_typed_failure_keeps_its_code_and_effect()
    {
        var result = await InvokeAsync("weather", """{"city":"Atlantis"}""");

        Assert.Equal(("CITY_UNKNOWN", EffectState.None), (result.Code.Value, result.Effect));
        Assert.Contains("Atlantis", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_kind_of_type_goes_in_and_out_unchanged()
    {
        const string input = """
            {
              "text": "a\"ü", "flag": true, "small": 255, "whole": -2147483648, "long": 9007199254740993, "ratio": 0.1,
              "exact": 0.10, "id": "0f8fad5b-d9cb-469f-a165-70867728950e", "at": "2026-01-02T03:04:05+01:00",
              "day": "2026-01-02", "link": "https://example.com/a?b=c", "anything": {"x":[1,null]}, "raw": [1.10],
              "colour": "dark_red", "colours": ["light", "dark_red"], "names": ["a", null], "matrix": [[1,2],[]],
              "by_name": {"a": 1, "B c": 2}, "nested": {"inner": {"value": 1}}, "children": [{"name":"x","children":[{"name":"y"}]}],
              "renamed-member": "r", "init_only": 5, "settable": "s", "point": {"x": 1, "y": 2}, "maybe": 7, "i_pv6_address": "::1"
            }
            """;
        var skill = Find("everything");

        AssertMatches(skill.Contract.InputSchema, input);
        var result = await skill.InvokeAsync(Call(input), TestContext.Current.CancellationToken);

        Assert.True(result.Succeeded, $"{result.Message}");
        AssertMatches(skill.Contract.OutputSchema, result.Result!.ToString());
        using var document = JsonDocument.Parse(result.Result.Utf8);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(input.Replace("0.10", "0.1", StringComparison.Ordinal)),
            document.RootElement.GetProperty("echo")), result.Result.ToString());
        Assert.Equal(1, document.RootElement.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task What_may_be_left_out_keeps_the_value_of_its_declaration()
    {
        const string input = """
            {
              "text": "t", "flag": false, "small": 0, "whole": 1, "long": 1, "ratio": 1, "exact": 1,
              "id": "0f8fad5b-d9cb-469f-a165-70867728950e", "at": "2026-01-02T03:04:05Z", "day": "2026-01-02",
              "link": "https://example.com/", "anything": null, "raw": null, "colour": "light", "colours": [], "names": [],
              "matrix": [], "by_name": {}, "nested": {"inner": {"value": 1}}, "children": [], "renamed-member": "r",
              "point": {"x": 0, "y": 0}, "maybe": null
            }
            """;
        var skill = Find("everything");

        AssertMatches(skill.Contract.InputSchema, input);
        var result = await skill.InvokeAsync(Call(input), TestContext.Current.CancellationToken);

        Assert.True(result.Succeeded, result.Message);
        var echo = result.Result!.Element.GetProperty("echo");
        Assert.Equal(
            (42, "kept"), (echo.GetProperty("init_only").GetInt32(), echo.GetProperty("settable").GetString()));
        Assert.False(echo.TryGetProperty("maybe", out _));
        Assert.False(echo.TryGetProperty("i_pv6_address", out _));
    }

    [Theory]
    [InlineData("""{"text":1}""")]
    [InlineData("""{"extra":1}""")]
    [InlineData("""{"whole":2147483648}""")]
    [InlineData("""{"whole":1.5}""")]
    [InlineData("""{"small":-1}""")]
    [InlineData("""{"colour":"DarkRed"}""")]
    [InlineData("""{"colours":[null]}""")]
    [InlineData("""{"names":[1]}""")]
    [InlineData("""{"by_name":{"a":"b"}}""")]
    [InlineData("""{"nested":{"inner":{}}}""")]
    [InlineData("""{"nested":null}""")]
    [InlineData("""{"children":[{"name":"x","children":[{}]}]}""")]
    [InlineData("""{"point":{"x":1}}""")]
    public void The_schema_refuses_what_the_type_cannot_hold(string change)
    {
        var skill = Find("everything");
        var good = skill.Contract.Examples[0].Input.Element;
        var changed = System.Text.Json.Nodes.JsonObject.Create(good)!;
        foreach (var member in JsonElement.Parse(change).EnumerateObject())
            changed[member.Name] = System.Text.Json.Nodes.JsonNode.Parse(member.Value.GetRawText());
        var schema = Compile(skill.Contract.InputSchema);

        Assert.True(schema.IsValid(good));
        Assert.False(schema.IsValid(JsonElement.Parse(changed.ToJsonString())));
    }

    [Theory]
    [InlineData("id", "\"no\"", "/id")]
    [InlineData("at", "\"tomorrow\"", "/at")]
    [InlineData("day", "\"2026-02-30\"", "/day")]
    [InlineData("link", "\"not an address\"", "/link")]
    [InlineData("exact", "1e300", "/exact")]
    [InlineData("names", "[\"a\",1]", "/names/1")]
    [InlineData("matrix", "[[],[1,\"x\"]]", "/matrix/1/1")]
    [InlineData("children", "[{\"name\":\"x\",\"children\":[{\"name\":7}]}]", "/children/0/children/0/name")]
    [InlineData("by_name", "{\"a/b\":\"x\"}", "/by_name/a~1b")]
    public async Task A_value_that_passed_the_schema_and_does_not_fit_is_named_by_its_place(
        string member, string value, string pointer)
    {
        var skill = Find("everything");
        var changed = System.Text.Json.Nodes.JsonObject.Create(skill.Contract.Examples[0].Input.Element)!;
        changed[member] = System.Text.Json.Nodes.JsonNode.Parse(value);

        var result = await skill.InvokeAsync(Call(changed.ToJsonString()), TestContext.Current.CancellationToken);

        Assert.Equal(("INVALID_INPUT", EffectState.None), (result.Code.Value, result.Effect));
        Assert.Equal(pointer, Assert.Single(result.Problems).Pointer);
    }

    [Fact]
    public async Task Cost_and_side_effects_of_an_answer_arrive()
    {
        var result = await InvokeAsync("ticket", """{"title":"t"}""");

        Assert.Equal(Money.FromCents(0.5m), result.Cost);
        Assert.Equal(
            [new SideEffect { Type = "ticket_created", Target = "t for local", Reversible = true }],
            result.SideEffects);
        Assert.Equal("\"T-1\"", result.Result!.ToString());
        var contract = Find("ticket").Contract;
        Assert.Equal((0.5m, 1m), (contract.Cost!.Expected.Cents, contract.Cost.Worst.Cents));
        Assert.Equal("ticket_created True", $"{contract.SideEffects[0].Type} {contract.SideEffects[0].Reversible}");
        Assert.Null(contract.Effect);
    }

    [Fact]
    public async Task Plain_methods_and_classes_are_skills_too()
    {
        Assert.Equal("3", (await InvokeAsync("add", """{"left":1,"right":2}""")).Result!.ToString());
        Assert.Equal("-1", (await InvokeAsync("add@2", """{"left":1,"right":2}""")).Result!.ToString());
        Assert.Equal("{}", (await InvokeAsync("handler", """{}""")).Result!.ToString());
    }

    [Fact]
    public void All_declared_skills_can_be_registered_and_come_by_services_as_well()
    {
        var registry = SkillRegistry.Create(DeclaredSkills.Create(Services()));
        var collection =
            new ServiceCollection().AddSingleton<IForecastSource, FakeForecasts>().AddSingleton<WeatherSkills>();
        using var services = collection.AddDeclaredSkills().BuildServiceProvider();

        var names = registry.All.Select(skill => $"{skill.Contract.Name}@{skill.Contract.Version}").ToList();
        Assert.Equal(
            ["add@2.0.0", "add@1.0.0", "everything@1.0.0", "handler@1.0.0-beta.1", "ticket@1.2.3", "weather@1.0.0"],
            names);
        Assert.Equal(names.Order(), SkillRegistry.Create(services.GetServices<ISkill>()).All
            .Select(skill => $"{skill.Contract.Name}@{skill.Contract.Version}").Order());
    }

    [Fact]
    public void A_class_that_nobody_provides_is_named()
    {
        var failure = Assert.Throws<InvalidOperationException>(
            () => DeclaredSkills.Create(new ServiceCollection().BuildServiceProvider()));

        Assert.Equal("The skill weather@1.0.0 needs a Weather.WeatherSkills among the services.", failure.Message);
    }

    private static ValueTask<SkillResult> InvokeAsync(string skill, string input) =>
        Find(skill).InvokeAsync(Call(input), TestContext.Current.CancellationToken);

    private static ISkill Find(string reference, FakeForecasts? source = null)
    {
        var parts = reference.Split('@');
        return DeclaredSkills.Create(Services(source)).Where(skill => skill.Contract.Name.Value == parts[0])
            .First(skill => parts.Length == 1
                || skill.Contract.Version.Value.StartsWith(parts[1], StringComparison.Ordinal));
    }

    private static ServiceProvider Services(FakeForecasts? source = null) =>
        new ServiceCollection().AddSingleton(new WeatherSkills(source ?? new FakeForecasts())).BuildServiceProvider();

    private static SkillCall Call(string input) => new()
    {
        Input = StubSkill.Json(input),
        IdempotencyKey = "key",
        Effect = EffectClass.Once,
        Timeout = TimeSpan.FromSeconds(1),
    };

    private static void AssertMatches(Payload schema, string instance)
    {
        var result = Compile(schema).Validate(JsonElement.Parse(instance));
        Assert.True(result.IsValid, string.Join("\n", result.Errors));
    }

    private static JsonSchema Compile(Payload schema) =>
        Assert.IsType<SchemaCompilation.Compiled>(JsonSchema.Compile(schema.Element, SchemaOptions.Default)).Schema;

    private static string JsonElementText(string json) => System.Text.Json.Nodes.JsonNode.Parse(json)!.ToJsonString();

    private sealed class FakeForecasts : IForecastSource
    {
        public string? Asked { get; private set; }

        public Task<IReadOnlyList<Day>?> FindAsync(string city, int days, Unit unit, CancellationToken cancel)
        {
            Asked = $"{days} {unit}";
            return Task.FromResult<IReadOnlyList<Day>?>(city == "Atlantis" ? null
                : [new Day(new DateOnly(2026, 1, 2), 50.5, null), new Day(new DateOnly(2026, 1, 3), 52, "storm")]);
        }
    }
}
