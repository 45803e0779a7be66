using System.Text;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Http;
using Microsoft.AspNetCore.Http;

namespace Aos.Tests.Skills.Http;

public sealed class HttpCallCacheTests
{
    [Theory]
    [InlineData("ETag", "\"v1\"", "If-None-Match")]
    [InlineData("Last-Modified", "Wed, 07 Jan 2026 09:30:00 GMT", "If-Modified-Since")]
    public async Task An_answer_is_given_again_only_where_the_server_says_that_it_holds(
        string validator, string value, string condition)
    {
        var (asked, version) = (new List<string>(), value);
        await using var server = await WebServer.StartAsync(async http =>
        {
            asked.Add(http.Request.Headers[condition].ToString());
            if (http.Request.Headers[condition] == version)
            {
                http.Response.StatusCode = 304;
                return;
            }
            http.Response.Headers[validator] = version;
            await http.Response.WriteAsync($"answer {asked.Count}");
        });
        using var harness = new HttpCallHarness();
        var input = $$"""{"url":"{{server.Url}}/x","cache":true}""";

        var first = await harness.CallAsync(input, "localhost");
        var second = await harness.CallAsync(input, "localhost");
        version = validator == "ETag" ? "\"v2\"" : "Thu, 08 Jan 2026 09:30:00 GMT";
        var third = await harness.CallAsync(input, "localhost");

        Assert.Equal(["", value, value], asked);
        Assert.Equal((false, true, false), (first.CacheHit, second.CacheHit, third.CacheHit));
        Assert.Equal(("\"answer 1\"", "\"answer 1\"", "\"answer 3\""), (first.Body(), second.Body(), third.Body()));
        Assert.Equal(200, second.Member("status").GetInt32());
    }

    [Theory]
    [InlineData("", "", "")] // Nothing says whether it still holds.
    [InlineData("ETag", "\"v\"", "Cache-Control:no-store")]
    [InlineData("ETag", "\"v\"", "Vary:*")]
    [InlineData("ETag", "\"v\"", "status:201")]
    [InlineData("ETag", "\"v\"", "uncached")]
    [InlineData("ETag", "\"v\"", "other header")]
    [InlineData("ETag", "\"v\"", "other agent")]
    public async Task What_may_not_be_kept_is_asked_for_anew(string validator, string value, string why)
    {
        var conditions = new List<string>();
        await using var server = await WebServer.StartAsync(async http =>
        {
            conditions.Add(http.Request.Headers.IfNoneMatch.ToString());
            if (validator.Length > 0) http.Response.Headers[validator] = value;
            if (why.StartsWith("status:", StringComparison.Ordinal)) http.Response.StatusCode = 201;
            else if (why.Split(':') is [var name, var text]) http.Response.Headers[name] = text;
            await http.Response.WriteAsync("x");
        });
        using var harness = new HttpCallHarness();

        for (var i = 0; i < 2; i++)
        {
            harness.Agent = why == "other agent" ? $"agent{i}" : "agent";
            await harness.CallAsync($$"""{"url":"{{server.Url}}","cache":{{(why == "uncached" ? "false" : "true")}},"headers":{"Accept":"{{(why == "other header" ? i : 0)}}"} }""", "localhost");
        }

        Assert.Equal(["", ""], conditions);
    }

    [Fact]
    public void The_store_is_bounded_and_forgets_what_was_not_used_for_longest()
    {
        var cache = new HttpCache(bytesMax: 30);
        CachedAnswer Answer(char c) =>
            new(Payload.FromUtf8(Encoding.ASCII.GetBytes($"\"{new string(c, 8)}\"")), "t", null);

        foreach (var key in "abc") cache.Keep($"{key}", Answer(key));
        Assert.NotNull(cache.Find("a"));
        cache.Keep("d", Answer('d'));
        cache.Keep(
            "huge",
            new CachedAnswer(Payload.FromUtf8(Encoding.ASCII.GetBytes($"\"{new string('x', 40)}\"")), "t", null));

        Assert.Equal(
            "a-cd-",
            string.Concat("abcd".Select(key => cache.Find($"{key}") is null ? "-" : $"{key}"))
                + (cache.Find("huge") is null ? "-" : "h"));
    }
}
