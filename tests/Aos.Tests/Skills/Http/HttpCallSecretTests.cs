using Aos.Abstractions.Secrets;
using Aos.Contracts.Runs;
using Aos.Contracts.Secrets;

namespace Aos.Tests.Skills.Http;

public sealed class HttpCallSecretTests
{
    [Theory]
    [InlineData("""{"type":"bearer","token":{"$secret":"KEY"}}""", "Authorization", "Bearer value-of-key")]
    [InlineData("""{"type":"bearer","token":"plain"}""", "Authorization", "Bearer plain")]
    [InlineData(
        """{"type":"basic","username":"me","password":{"$secret":"KEY"}}""", "Authorization",
        "Basic bWU6dmFsdWUtb2Yta2V5")]
    [InlineData(
        """{"type":"basic","username":{"$secret":"KEY"},"password":""}""", "Authorization",
        "Basic dmFsdWUtb2Yta2V5Og==")]
    [InlineData("""{"type":"header","name":"X-Api-Key","value":{"$secret":"KEY"}}""", "X-Api-Key", "value-of-key")]
    [InlineData(
        """{"type":"header","name":"Authorization","prefix":"Token ","value":{"$secret":"KEY"}}""", "Authorization",
        "Token value-of-key")]
    public async Task Who_asks_is_shown_as_the_scheme_says(string auth, string header, string value)
    {
        string? seen = null;
        await using var server = await WebServer.StartAsync(http =>
        {
            seen = http.Request.Headers[header];
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness { Secrets = new SecretsOf() };

        var result = await harness.CallAsync($$"""{"url":"{{server.Url}}","auth":{{auth}}}""", "localhost");

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal(value, seen);
    }

    [Fact]
    public async Task A_header_may_be_a_reference()
    {
        string? seen = null;
        await using var server = await WebServer.StartAsync(http =>
        {
            seen = $"{http.Request.Headers["X-Mine"]}";
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness { Secrets = new SecretsOf() };

        await harness.CallAsync($$"""{"url":"{{server.Url}}","headers":{"X-Mine":{"$secret":"KEY"} } }""", "localhost");

        Assert.Equal("value-of-key", seen);
    }

    [Theory]
    [InlineData("""{"type":"query","token":"x"}""", "/auth/type")]
    [InlineData("""{"token":"x"}""", "/auth/type")]
    [InlineData("""{"type":"bearer"}""", "/auth/token")]
    [InlineData("""{"type":"bearer","token":7}""", "/auth/token")]
    [InlineData("""{"type":"bearer","token":"x","name":"y"}""", "/auth/name")]
    [InlineData("""{"type":"basic","username":"a:b","password":"x"}""", "/auth/username")]
    [InlineData("""{"type":"header","name":"bad name","value":"x"}""", "/auth/name")]
    [InlineData("""{"type":"header","name":"Host","value":"x"}""", "/auth/name")]
    [InlineData("""{"type":"header","name":{"$secret":"KEY"},"value":"x"}""", "/auth/name")]
    [InlineData("""{"type":"header","name":"x-mine","value":"x"}""", "/auth")]
    public async Task Auth_that_makes_no_sense_is_refused_by_place(string auth, string pointer)
    {
        using var harness = new HttpCallHarness { Secrets = new SecretsOf() };

        var result = await harness.CallAsync(
            $$"""{"url":"http://127.0.0.1:1/","headers":{"X-Mine":"1"},"auth":{{auth}}}""", "localhost");

        Assert.Equal(("INVALID_INPUT", EffectState.None), (result.Code.Value, result.Effect));
        Assert.Contains(pointer, result.Problems.Select(problem => problem.Pointer));
    }

    [Theory]
    [InlineData("GONE", "SECRET_MISSING")]
    [InlineData("DENIED", "SECRET_NOT_ALLOWED")]
    [InlineData("ELSEWHERE", "SECRET_NOT_ALLOWED")]
    [InlineData("MULTILINE", "INVALID_INPUT")]
    public async Task Without_its_secret_nothing_is_sent(string name, string code)
    {
        await using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var harness = new HttpCallHarness { Secrets = new SecretsOf() };

        var result = await harness.CallAsync(
            $$"""{"url":"{{server.Url}}","method":"POST","auth":{"type":"bearer","token":{"$secret":"{{name}}"} } }""",
            "localhost");

        Assert.Equal((code, EffectState.None), (result.Code.Value, result.Effect));
        Assert.DoesNotContain("line one", result.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public async Task A_secret_stays_at_its_origin_whatever_its_header_is_called()
    {
        var seen = new List<string>();
        await using var other = await WebServer.StartAsync(http =>
        {
            seen.Add($"{http.Request.Headers["X-Mine"]}{http.Request.Headers.Authorization}");
            return Task.CompletedTask;
        });
        await using var server = await WebServer.StartAsync(http =>
        {
            seen.Add($"{http.Request.Headers["X-Mine"]}");
            http.Response.Redirect(http.Request.Path == "/away" ? other.Url : "/away");
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness { Secrets = new SecretsOf() };

        var result =
            await harness.CallAsync($$"""{"url":"{{server.Url}}","headers":{"X-Mine":{"$secret":"KEY"} },"auth":{"type":"bearer","token":"t"} }""", "localhost");

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal(["value-of-key", "value-of-key", ""], seen);
    }

    private sealed class SecretsOf : ISecretResolver
    {
        public ValueTask<SecretResolution> ResolveAsync(SecretName name, CancellationToken cancel) =>
            new(name.Value switch
            {
                "KEY" => SecretResolution.Found(new SecretValue(name, "value-of-key", ["127.0.0.1"])),
                "ELSEWHERE" => SecretResolution.Found(new SecretValue(name, "value", ["api.example.com"])),
                "MULTILINE" => SecretResolution.Found(new SecretValue(name, "line one\r\nX-Evil: 1")),
                "DENIED" => SecretResolution.Denied(name),
                _ => SecretResolution.Missing("It is nowhere."),
            });
    }
}
