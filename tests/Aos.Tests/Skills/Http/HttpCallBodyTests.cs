using System.Text;
using Aos.Abstractions.Secrets;
using Aos.Contracts.Runs;
using Aos.Contracts.Secrets;
using Microsoft.AspNetCore.Http;

namespace Aos.Tests.Skills.Http;

/// <summary>Bodies of requests in all their forms.</summary>
public sealed class HttpCallBodyTests
{
    [Theory]
    [InlineData("\"body_base64\":\"AAH/\"", "application/octet-stream", "00-01-FF")]
    [InlineData(
        "\"form\":{\"a b\":\"x&y =ü\",\"n\":1.50,\"t\":true,\"l\":[\"p\",2],\"none\":null}",
        "application/x-www-form-urlencoded",
        "a+b=x%26y+%3D%C3%BC&n=1.50&t=true&l=p&l=2")]
    [InlineData(
        "\"form\":{\"grant_type\":\"client_credentials\",\"client_secret\":{\"$secret\":\"KEY\"}}",
        "application/x-www-form-urlencoded",
        "grant_type=client_credentials&client_secret=v%2Blue")]
    [InlineData(
        "\"body\":{\"user\":\"me\",\"key\":{\"$secret\":\"KEY\"},\"deep\":{\"n\":1.50}}", "application/json",
        """{"user":"me","key":"v+lue","deep":{"n":1.50}}""")]
    public async Task A_body_arrives_as_its_kind_says(string body, string type, string expected)
    {
        var (seenType, seen) = ("", Array.Empty<byte>());
        await using var server = await WebServer.StartAsync(async http =>
        {
            using var memory = new MemoryStream();
            await http.Request.Body.CopyToAsync(memory);
            (seenType, seen) = (http.Request.ContentType, memory.ToArray());
        });
        using var harness = new HttpCallHarness { Secrets = new OneSecret() };

        var result = await harness.CallAsync($$"""{"url":"{{server.Url}}","method":"POST",{{body}}}""", "localhost");

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal(type, seenType);
        Assert.Equal(
            expected, type == "application/octet-stream" ? BitConverter.ToString(seen) : Encoding.UTF8.GetString(seen));
    }

    [Fact]
    public async Task Parts_of_a_form_arrive_with_their_names_files_and_types_and_the_same_bytes_each_time()
    {
        var bodies = new List<string>();
        var parts = new List<string>();
        await using var server = await WebServer.StartAsync(async http =>
        {
            http.Request.EnableBuffering();
            using var reader = new StreamReader(http.Request.Body, Encoding.Latin1, leaveOpen: true);
            bodies.Add(http.Request.ContentType + await reader.ReadToEndAsync());
            http.Request.Body.Position = 0;
            var form = await http.Request.ReadFormAsync();
            parts = [.. form.Select(field => $"{field.Key}={field.Value}"),
                .. form.Files.Select(file => $"{file.Name}:{file.FileName}:{file.ContentType}:{file.Length}")];
        });
        using var harness = new HttpCallHarness();
        var input = $$"""
            {"url":"{{server.Url}}","method":"POST","multipart":[{"name":"note","value":"hello"},{"name":"json","value":{"a":1},"content_type":"application/json"},
              {"name":"file","filename":"evil\"\r\nX-Evil: 1.bin","base64":"AAEC"}]}
            """;

        for (var i = 0; i < 2; i++) Assert.True((await harness.CallAsync(input, "localhost")).Succeeded);

        Assert.Equal(bodies[0], bodies[1]);
        Assert.Equal(
            ["note=hello", "json={\"a\":1}", "file:evil%22%0D%0AX-Evil: 1.bin:application/octet-stream:3"], parts);
    }

    [Theory]
    [InlineData("\"method\":\"POST\",\"body\":\"a\",\"form\":{}", "/form")]
    [InlineData("\"method\":\"POST\",\"body_base64\":\"not base64!\"", "/body_base64")]
    [InlineData("\"method\":\"POST\",\"form\":{\"a\":{\"b\":1}}", "/form/a")]
    [InlineData("\"method\":\"POST\",\"multipart\":[]", "/multipart")]
    [InlineData("\"method\":\"POST\",\"multipart\":[{\"name\":\"a\"}]", "/multipart/0")]
    [InlineData("\"method\":\"POST\",\"multipart\":[{\"name\":\"a\",\"value\":1,\"base64\":\"\"}]", "/multipart/0")]
    [InlineData("\"method\":\"POST\",\"multipart\":[{\"value\":1}]", "/multipart/0/name")]
    [InlineData(
        "\"method\":\"POST\",\"multipart\":[{\"name\":\"a\",\"value\":1,\"content_type\":\"a\\r\\nb\"}]",
        "/multipart/0/content_type")]
    [InlineData(
        "\"method\":\"POST\",\"headers\":{\"Content-Type\":\"x/y\"},\"multipart\":[{\"name\":\"a\",\"value\":1}]",
        "/headers")]
    [InlineData("\"form\":{\"a\":1}", "/form")]
    [InlineData("\"method\":\"POST\",\"cache\":true", "/cache")]
    [InlineData("\"cache\":1", "/cache")]
    [InlineData("\"first_byte_timeout_ms\":0", "/first_byte_timeout_ms")]
    public async Task A_body_that_cannot_be_sent_is_refused_by_place(string members, string pointer)
    {
        using var harness = new HttpCallHarness();

        var result = await harness.CallAsync($$"""{"url":"http://127.0.0.1:1/",{{members}}}""", "localhost");

        Assert.Equal("INVALID_INPUT", result.Code.Value);
        Assert.Contains(pointer, result.Problems.Select(problem => problem.Pointer));
    }

    [Theory]
    [InlineData("\"form\":{\"k\":{\"$secret\":\"KEY\"}}")]
    [InlineData("\"body\":{\"k\":{\"$secret\":\"KEY\"}}")]
    public async Task A_body_with_a_secret_is_not_sent_on_to_another_origin(string body)
    {
        var reached = 0;
        await using var other = await WebServer.StartAsync(_ =>
        {
            Interlocked.Increment(ref reached);
            return Task.CompletedTask;
        });
        await using var server = await WebServer.StartAsync(http =>
        {
            http.Response.StatusCode = 307;
            http.Response.Headers.Location = other.Url;
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness { Secrets = new OneSecret() };

        var result = await harness.CallAsync($$"""{"url":"{{server.Url}}","method":"POST",{{body}}}""", "localhost");

        Assert.Equal(("EGRESS_DENIED", 0), (result.Code.Value, reached));
    }

    [Theory]
    [InlineData("GET", EffectState.None)]
    [InlineData("POST", EffectState.Unknown)]
    public async Task An_answer_that_does_not_begin_in_time_has_a_code_of_its_own(string method, EffectState effect)
    {
        await using var server = new RawServer(async (_, _, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel);
            return false;
        });
        using var harness = new HttpCallHarness();

        var result = await harness.CallAsync(
            $$"""{"url":"{{server.Url}}","method":"{{method}}","first_byte_timeout_ms":80}""", "localhost");

        Assert.Equal(("FIRST_BYTE_TIMEOUT", effect), (result.Code.Value, result.Effect));
    }

    private sealed class OneSecret : ISecretResolver
    {
        public ValueTask<SecretResolution> ResolveAsync(SecretName name, CancellationToken cancel) =>
            new(SecretResolution.Found(new SecretValue(name, "v+lue")));
    }
}
