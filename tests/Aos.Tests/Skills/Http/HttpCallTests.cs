using System.IO.Compression;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Aos.Tests.Skills.Http;

public sealed class HttpCallTests
{
    [Fact]
    public async Task A_get_returns_status_headers_and_parsed_json()
    {
        await using var server = await WebServer.StartAsync(async http =>
        {
            http.Response.Headers.Append("X-Many", "one");
            http.Response.Headers.Append("X-Many", "two");
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync("""{"amount": 1.10, "of": ["b", "t"]}""");
        });
        using var harness = new HttpCallHarness();

        var result = await harness.GetAsync(server.Url, "localhost");

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal(200, result.Member("status").GetInt32());
        Assert.Equal("one, two", result.Member("headers").GetProperty("x-many").GetString());
        Assert.Equal("application/json", result.Member("headers").GetProperty("content-type").GetString());
        Assert.Equal("""{"amount": 1.10, "of": ["b", "t"]}""", result.Body());
        Assert.Empty(result.SideEffects);
    }

    [Fact]
    public async Task A_request_arrives_as_it_was_asked_for()
    {
        string? seen = null;
        await using var server = await WebServer.StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync();
            seen = $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {http.Request.ContentType} "
                + $"{http.Request.Headers["X-Mine"]} {http.Request.Headers["Idempotency-Key"]} {body}";
        });
        using var harness = new HttpCallHarness();

        var result = await harness.CallAsync($$"""
            { "url": "{{server.Url}}/a%2Fb?x=1#frag", "method": "POST", "headers": { "X-Mine": "yes" },
              "query": { "q": "ä &=", "n": 1.50, "t": true, "none": null, "l": ["a", 2] }, "body": { "k": [1] } }
            """, "localhost");

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal("POST /a%2Fb?x=1&q=%C3%A4%20%26%3D&n=1.50&t=true&l=a&l=2 application/json yes key-of-the-call "
            + """{ "k": [1] }""", seen);
        Assert.Equal(
            [new SideEffect { Type = "http_request", Target = $"POST {server.Url}/a%2Fb" }], result.SideEffects);
        Assert.Equal("null", result.Body());
    }

    [Theory]
    [InlineData("\"hello\"", "", "text/plain; charset=utf-8", "hello")]
    [InlineData("\"a=1&b=2\"", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded", "a=1&b=2")]
    [InlineData("[1,2]", "", "application/json", "[1,2]")]
    [InlineData("7", "", "application/json", "7")]
    [InlineData("{\"a\":1}", "application/vnd.api+json", "application/vnd.api+json", "{\"a\":1}")]
    [InlineData("null", "", "", "")]
    public async Task A_body_is_sent_by_its_kind_unless_a_header_says_more(
        string body, string given, string type, string text)
    {
        string? seen = null;
        await using var server = await WebServer.StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            seen = $"{http.Request.ContentType}|{await reader.ReadToEndAsync()}";
        });
        using var harness = new HttpCallHarness();
        var headers = given.Length == 0 ? "{}" : $$"""{"content-type":"{{given}}"}""";

        await harness.CallAsync(
            $$"""{"url":"{{server.Url}}","method":"PUT","headers":{{headers}},"body":{{body}}}""", "localhost");

        Assert.Equal($"{type}|{text}", seen);
    }

    [Fact]
    public async Task An_idempotency_key_of_the_caller_is_kept_and_reads_get_none()
    {
        var seen = new List<string>();
        await using var server = await WebServer.StartAsync(http =>
        {
            seen.Add($"{http.Request.Method} {http.Request.Headers["Idempotency-Key"]}");
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();

        await harness.CallAsync(
            $$"""{ "url": "{{server.Url}}", "method": "POST", "headers": { "idempotency-key": "mine" } }""",
            "localhost");
        await harness.CallAsync($$"""{"url":"{{server.Url}}","method":"DELETE"}""", "localhost");
        await harness.GetAsync(server.Url, "localhost");

        Assert.Equal(["POST mine", "DELETE key-of-the-call", "GET "], seen);
    }

    [Fact]
    public async Task Nothing_is_sent_that_tells_of_traces_cookies_or_earlier_calls()
    {
        var names = new List<string>();
        await using var server = await WebServer.StartAsync(http =>
        {
            names.AddRange(http.Request.Headers.Keys);
            http.Response.Headers.SetCookie = "session=1; Path=/";
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();
        using var activity = new System.Diagnostics.Activity("test").Start();

        await harness.GetAsync(server.Url, "localhost");
        await harness.GetAsync(server.Url, "localhost");

        Assert.Equal(["Accept-Encoding", "Host", "User-Agent"], names.Distinct().Order());
    }

    [Theory]
    [InlineData(400, "HTTP_400", EffectState.None)]
    [InlineData(401, "HTTP_401", EffectState.None)]
    [InlineData(402, "HTTP_4XX", EffectState.None)]
    [InlineData(403, "HTTP_403", EffectState.None)]
    [InlineData(404, "HTTP_404", EffectState.None)]
    [InlineData(408, "HTTP_408", EffectState.None)]
    [InlineData(409, "HTTP_409", EffectState.None)]
    [InlineData(410, "HTTP_410", EffectState.None)]
    [InlineData(418, "HTTP_4XX", EffectState.None)]
    [InlineData(422, "HTTP_422", EffectState.None)]
    [InlineData(429, "RATE_LIMITED", EffectState.None)]
    [InlineData(500, "HTTP_500", EffectState.Unknown)]
    [InlineData(501, "HTTP_5XX", EffectState.Unknown)]
    [InlineData(502, "HTTP_502", EffectState.Unknown)]
    [InlineData(503, "HTTP_503", EffectState.None)]
    [InlineData(504, "HTTP_504", EffectState.Unknown)]
    [InlineData(599, "HTTP_5XX", EffectState.Unknown)]
    public async Task A_failing_status_has_its_code_and_still_shows_the_answer(
        int status, string code, EffectState effect)
    {
        await using var server = await WebServer.StartAsync(async http =>
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/problem+json; charset=utf-8";
            await http.Response.WriteAsync("""{"title":"no"}""");
        });
        using var harness = new HttpCallHarness();

        var posted = await harness.CallAsync($$"""{"url":"{{server.Url}}/x?secret=1","method":"POST"}""", "localhost");
        var got = await harness.GetAsync(server.Url, "localhost");

        Assert.False(posted.Succeeded);
        Assert.Equal(code, posted.Code.Value);
        Assert.Equal(effect, posted.Effect);
        Assert.Equal(effect == EffectState.None ? 0 : 1, posted.SideEffects.Count);
        Assert.Equal(status, posted.Member("status").GetInt32());
        Assert.Equal("""{"title":"no"}""", posted.Body());
        Assert.DoesNotContain(
            "secret", $"{posted.Message} {string.Join(",", posted.SideEffects.Select(e => e.Target))}",
            StringComparison.Ordinal);
        Assert.Equal((code, EffectState.None, 0), (got.Code.Value, got.Effect, got.SideEffects.Count));
    }

    [Theory]
    [InlineData("7", 7.0)]
    [InlineData("0", 0.0)]
    [InlineData("Fri, 02 Jan 2026 03:05:05 GMT", 60.0)]
    [InlineData("Friday, 02-Jan-26 03:05:05 GMT", 60.0)]
    [InlineData("Fri, 02 Jan 2026 03:00:00 GMT", 0.0)]
    [InlineData("99999999999999999999", 2147483647.0)]
    [InlineData("soon", null)]
    [InlineData("-1", null)]
    [InlineData("", null)]
    public async Task Retry_after_is_read_in_both_forms(string text, double? seconds)
    {
        await using var server = await WebServer.StartAsync(http =>
        {
            http.Response.StatusCode = 429;
            if (text.Length > 0) http.Response.Headers.RetryAfter = text;
            return Task.CompletedTask;
        });
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        using var harness = new HttpCallHarness(clock: clock);

        var result = await harness.GetAsync(server.Url, "localhost");

        Assert.Equal(seconds, result.RetryAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("raw-deflate")]
    [InlineData("br")]
    public async Task Compressed_bodies_are_unpacked(string coding)
    {
        await using var server = await WebServer.StartAsync(async http =>
        {
            Assert.Equal("gzip, deflate, br", http.Request.Headers.AcceptEncoding);
            http.Response.Headers.ContentEncoding = coding.Replace("raw-", "", StringComparison.Ordinal);
            http.Response.ContentType = "text/plain";
            Stream packer = coding switch
            {
                "gzip" => new GZipStream(http.Response.Body, CompressionLevel.Fastest),
                "deflate" => new ZLibStream(http.Response.Body, CompressionLevel.Fastest),
                "raw-deflate" => new DeflateStream(http.Response.Body, CompressionLevel.Fastest),
                _ => new BrotliStream(http.Response.Body, CompressionLevel.Fastest),
            };
            await using (packer) await packer.WriteAsync("déjà vu, déjà vu"u8.ToArray());
        });
        using var harness = new HttpCallHarness();

        var result = await harness.GetAsync(server.Url, "localhost");

        Assert.Equal("déjà vu, déjà vu", result.Member("body").GetString());
    }

    [Theory]
    [InlineData("text/html", "PGI+", "<b>", null)]
    [InlineData("text/plain; charset=iso-8859-1", "6Q==", "é", null)]
    [InlineData("text/plain; charset=utf-16", "//5hAA==", "a", null)]
    [InlineData("application/json; charset=iso-8859-1", "IukiJw==", "RESPONSE_INVALID", null)]
    [InlineData("application/json; charset=iso-8859-1", "Iuki", "é", null)]
    [InlineData("application/json", "77u/ImEi", "a", null)]
    [InlineData(null, "aGk=", "hi", null)]
    [InlineData(null, "/w==", "/w==", "base64")]
    [InlineData("text/plain", "/w==", "/w==", "base64")]
    [InlineData("text/plain; charset=klingon", "aGk=", "aGk=", "base64")]
    [InlineData("image/png", "iVBORw==", "iVBORw==", "base64")]
    public async Task A_body_is_shown_by_its_content_type(string? type, string bytes, string expected, string? encoding)
    {
        await using var server = await WebServer.StartAsync(async http =>
        {
            if (type is not null) http.Response.ContentType = type;
            await http.Response.Body.WriteAsync(Convert.FromBase64String(bytes));
        });
        using var harness = new HttpCallHarness();

        var result = await harness.GetAsync(server.Url, "localhost");

        var shown = result.Succeeded ? result.Member("body").GetString() : result.Code.Value;
        Assert.Equal(expected, shown);
        Assert.Equal(
            encoding, result.Result!.Element.TryGetProperty("body_encoding", out var named) ? named.GetString() : null);
    }

    [Fact]
    public async Task Head_has_no_body_and_no_content_is_null()
    {
        await using var server = await WebServer.StartAsync(http =>
        {
            http.Response.StatusCode = http.Request.Method == "HEAD" ? 200 : 204;
            http.Response.ContentType = "application/json";
            return Task.CompletedTask;
        });
        using var harness = new HttpCallHarness();

        var head = await harness.CallAsync($$"""{"url":"{{server.Url}}","method":"HEAD"}""", "localhost");
        var empty = await harness.GetAsync(server.Url, "localhost");

        Assert.Equal(("null", "null"), (head.Body(), empty.Body()));
        Assert.Equal(204, empty.Member("status").GetInt32());
    }

    [Fact]
    public async Task Head_tells_the_size_of_what_is_too_large_to_get()
    {
        await using var server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
        using var harness = new HttpCallHarness();

        var result = await harness.CallAsync($$"""{"url":"{{server.Url}}","method":"HEAD"}""", "localhost");

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal("99999999999", result.Member("headers").GetProperty("content-length").GetString());
    }

    [Theory]
    [InlineData("""{}""", "/url")]
    [InlineData("""{"url":7}""", "/url")]
    [InlineData("""{"url":"example.com"}""", "/url")]
    [InlineData("""{"url":"ftp://example.com/"}""", "/url")]
    [InlineData("""{"url":"file:///etc/passwd"}""", "/url")]
    [InlineData("""{"url":"http://a@127.0.0.1/"}""", "/url")]
    [InlineData("""{"url":"http://a:b@127.0.0.1/"}""", "/url")]
    [InlineData("""{"url":"http://127.0.0.1/\r\nX: y"}""", "/url")]
    [InlineData("""{"url":" http://127.0.0.1/"}""", "/url")]
    [InlineData("""{"url":"http://127.0.0.1:99999/"}""", "/url")]
    [InlineData("""{"url":"http://127.0.0.1:0/"}""", "/url")]
    [InlineData("""{"url":"http://127.0.0.1/","method":"get"}""", "/method")]
    [InlineData("""{"url":"http://127.0.0.1/","method":"TRACE"}""", "/method")]
    [InlineData("""{"url":"http://127.0.0.1/","method":"GET / HTTP/1.1\r\nX: y"}""", "/method")]
    [InlineData("""{"url":"http://127.0.0.1/","headers":{"X":"a\r\nY: b"}}""", "/headers/X")]
    [InlineData("""{"url":"http://127.0.0.1/","headers":{"X":"a\nb"}}""", "/headers/X")]
    [InlineData("""{"url":"http://127.0.0.1/","headers":{"X":"a\u0000b"}}""", "/headers/X")]
    [InlineData("""{"url":"http://127.0.0.1/","headers":{"X":"é"}}""", "/headers/X")]
    [InlineData("""{"url":"http://127.0.0.1/","headers":{"X":1}}""", "/headers/X")]
    [InlineData("""{"url":"http://127.0.0.1/","headers":{"X Y":"a"}}""", "/headers/X Y")]
    [InlineData("""{"url":"http://127.0.0.1/","headers":{"X:":"a"}}""", "/headers/X:")]
    [InlineData("""{"url":"http://127.0.0.1/","headers":{"":"a"}}""", "/headers/")]
    [InlineData("""{"url":"http://127.0.0.1/","headers":{"host":"evil"}}""", "/headers/host")]
    [InlineData("""{"url":"http://127.0.0.1/","headers":{"Content-Length":"1"}}""", "/headers/Content-Length")]
    [InlineData(
        """{"url":"http://127.0.0.1/","headers":{"Transfer-Encoding":"chunked"}}""", "/headers/Transfer-Encoding")]
    [InlineData("""{"url":"http://127.0.0.1/","headers":{"Connection":"close"}}""", "/headers/Connection")]
    [InlineData("""{"url":"http://127.0.0.1/","headers":{"A":"1","a":"2"}}""", "/headers/a")]
    [InlineData("""{"url":"http://127.0.0.1/","headers":{"a/b":"1"}}""", "/headers/a~1b")]
    [InlineData("""{"url":"http://127.0.0.1/","query":{"a":{}}}""", "/query/a")]
    [InlineData("""{"url":"http://127.0.0.1/","query":[]}""", "/query")]
    [InlineData("""{"url":"http://127.0.0.1/","body":1}""", "/body")]
    [InlineData("""{"url":"http://127.0.0.1/","timeout_ms":0}""", "/timeout_ms")]
    [InlineData("""{"url":"http://127.0.0.1/","timeout_ms":1.5}""", "/timeout_ms")]
    [InlineData("""[]""", "")]
    public async Task An_input_that_cannot_be_sent_is_refused_by_place(string input, string pointer)
    {
        using var harness = new HttpCallHarness();

        var result = await harness.CallAsync(input, "localhost", "0.0.0.0/0", "::/0");

        Assert.Equal(ErrorCodes.InvalidInput, result.Code);
        Assert.Equal(EffectState.None, result.Effect);
        Assert.Equal(pointer, Assert.Single(result.Problems).Pointer);
        Assert.Empty(harness.Resolver.Asked);
    }

    [Fact]
    public async Task Every_mistake_of_an_input_is_named_at_once()
    {
        using var harness = new HttpCallHarness();

        var result = await harness.CallAsync("""{"url":"x","method":"y","headers":{"Host":"h"},"timeout_ms":-1}""");

        Assert.Equal(
            ["/headers/Host", "/method", "/timeout_ms", "/url"], result.Problems.Select(p => p.Pointer).Order());
    }
}
