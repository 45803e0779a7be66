using Aos.Contracts.Failures;
using Aos.Contracts.Runs;

namespace Aos.Tests.Skills.Http;

public sealed class HttpCallRedirectTests
{
    [Theory]
    [InlineData(301, "POST", "GET||")]
    [InlineData(302, "POST", "GET||")]
    [InlineData(303, "POST", "GET||")]
    [InlineData(307, "POST", "POST|text/plain; charset=utf-8|hi")]
    [InlineData(308, "POST", "POST|text/plain; charset=utf-8|hi")]
    [InlineData(301, "PUT", "PUT|text/plain; charset=utf-8|hi")]
    [InlineData(302, "DELETE", "DELETE|text/plain; charset=utf-8|hi")]
    [InlineData(303, "PUT", "GET||")]
    public async Task The_next_request_has_the_method_and_body_that_the_status_asks_for(
        int status, string method, string next)
    {
        string? seen = null;
        await using var server = await WebServer.StartAsync(async http =>
        {
            if (http.Request.Path == "/start")
            {
                http.Response.StatusCode = status;
                http.Response.Headers.Location = "end?x=1";
                return;
            }
            using var reader = new StreamReader(http.Request.Body);
            seen = $"{http.Request.Method}|{http.Request.ContentType}|{await reader.ReadToEndAsync()}";
        });
        using var harness = new HttpCallHarness();

        var result = await harness.CallAsync(
            $$"""{"url":"{{server.Url}}/start","method":"{{method}}","body":"hi"}""", "localhost");

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal(next, seen);
        var target = next.StartsWith("GET", StringComparison.Ordinal) ? "/start" : "/end";
        Assert.Equal($"{method} {server.Url}{target}", Assert.Single(result.SideEffects).Target);
    }

    [Fact]
    public async Task Three_redirects_are_followed_and_a_fourth_is_not()
    {
        await using var server = await WebServer.StartAsync(http =>
        {
            var left = int.Parse(http.Request.Path.Value![1..]);
            if (left > 0) http.Response.Redirect($"/{left - 1}");
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();

        Assert.True((await harness.GetAsync($"{server.Url}/3", "localhost")).Succeeded);
        Assert.Equal(ErrorCodes.TooManyRedirects, (await harness.GetAsync($"{server.Url}/4", "localhost")).Code);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://127.0.0.1/")]
    [InlineData("http://10.1.2.3/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://2852039166/")]
    [InlineData("//[::ffff:a9fe:a9fe]/")]
    [InlineData("http://internal.example/")]
    [InlineData("http://user:password@127.0.0.1/")]
    public async Task A_redirect_to_where_no_call_may_go_is_refused(string location)
    {
        await using var server = await WebServer.StartAsync(http =>
        {
            http.Response.StatusCode = 302;
            http.Response.Headers.Location = location;
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();
        harness.Resolver.Answer("internal.example", ["10.0.0.9"]);

        var result = await harness.GetAsync(server.Url, "localhost", "*");

        Assert.Equal(ErrorCodes.EgressDenied, result.Code);
        Assert.Equal(EffectState.None, result.Effect);
    }

    [Fact]
    public async Task A_redirect_without_a_place_is_an_invalid_answer()
    {
        await using var server = await WebServer.StartAsync(http =>
        {
            http.Response.StatusCode = 302;
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();

        Assert.Equal(ErrorCodes.ResponseInvalid, (await harness.GetAsync(server.Url, "localhost")).Code);
    }

    [Fact]
    public async Task Secrets_stay_at_their_origin_and_the_rest_goes_on()
    {
        var seen = new List<string>();
        await using var other = await WebServer.StartAsync(http =>
        {
            seen.AddRange(
                http.Request.Headers.Keys.Where(name => name.StartsWith('X') || name is "Authorization" or "Cookie"
                or "Proxy-Authorization" or "Idempotency-Key"));
            return Task.CompletedTask;
        });
        await using var server = await WebServer.StartAsync(http =>
        {
            if (http.Request.Path == "/here")
            {
                Assert.Equal("Bearer s", http.Request.Headers.Authorization);
                http.Response.StatusCode = 307;
                http.Response.Headers.Location = other.Url;
            }
            else
            {
                http.Response.StatusCode = 307;
                http.Response.Headers.Location = "/here";
            }
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();

        var result = await harness.CallAsync($$"""
            { "url": "{{server.Url}}", "method": "POST", "headers": {
              "authorization": "Bearer s", "Cookie": "a=b", "X-Api-Key": "s", "Proxy-Authorization": "s", "X-My-Token": "s",
              "X-Client-Secret": "s", "X-Plain": "p" } }
            """, "localhost");

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal(["Idempotency-Key", "X-Plain"], seen.Order());
    }

    [Fact]
    public async Task What_was_posted_before_a_redirect_to_a_get_may_have_happened_however_the_get_ends()
    {
        await using var server = await WebServer.StartAsync(http =>
        {
            if (http.Request.Method == "POST")
            {
                http.Response.StatusCode = 303;
                http.Response.Headers.Location = http.Request.Query["to"];
            }
            else
            {
                http.Response.StatusCode = 404;
            }
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();

        foreach (var to in new[] { "/gone", "http://10.0.0.1/", "http://nowhere.example/" })
        {
            var result = await harness.CallAsync(
                $$"""{"url":"{{server.Url}}/p?to={{to}}","method":"POST"}""", "localhost", "nowhere.example");

            Assert.False(result.Succeeded);
            Assert.Equal(EffectState.Unknown, result.Effect);
            Assert.Equal($"POST {server.Url}/p", Assert.Single(result.SideEffects).Target);
        }
    }

    [Fact]
    public async Task A_post_that_was_asked_to_go_elsewhere_and_could_not_did_not_happen()
    {
        await using var server = await WebServer.StartAsync(http =>
        {
            http.Response.StatusCode = 307;
            http.Response.Headers.Location = "http://10.0.0.1/";
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();

        var result = await harness.CallAsync($$"""{"url":"{{server.Url}}","method":"POST"}""", "localhost");

        Assert.Equal(
            (ErrorCodes.EgressDenied, EffectState.None, 0), (result.Code, result.Effect, result.SideEffects.Count));
    }
}
