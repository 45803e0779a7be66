using System.Text;
using Aos.Contracts.Runs;
using Aos.Skills.Standard.Http;
using CsCheck;

namespace Aos.Tests.Skills.Http;

/// <summary>Servers that speak no HTTP, or never stop.</summary>
public sealed class HttpCallWireTests
{
    private static readonly string[] Codes =
        [.. HttpCallContract.Create().FailureModes.Select(mode => mode.Code.Value), "OK"];

    [Theory]
    [InlineData("<html>HTTP/0.9 has no status line</html>\r\n", "RESPONSE_INVALID")]
    [InlineData("hello", "CONNECTION_RESET|RESPONSE_INVALID")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", "RESPONSE_INVALID|OK")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "RESPONSE_INVALID|OK")]
    [InlineData("HTTP/1.1 200 OK\r\nBad Name: a\r\nContent-Length: 0\r\n\r\n", "RESPONSE_INVALID")]
    [InlineData("HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", "RESPONSE_INVALID|OK")]
    [InlineData(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "RESPONSE_INVALID|OK")]
    public async Task Rubbish_is_an_outcome(string answer, string codes)
    {
        await using var server = new RawServer(answer);
        using var harness = new HttpCallHarness();

        var result = await harness.GetAsync(server.Url, "localhost");

        Assert.Contains(result.Code.Value, codes.Split('|'));
    }

    [Fact]
    public async Task A_raw_newline_or_nul_in_a_header_is_shown_as_a_space()
    {
        await using var server = new RawServer("HTTP/1.1 200 OK\r\nX: a\rb\0c\r\nContent-Length: 0\r\n\r\n");
        using var harness = new HttpCallHarness();

        var result = await harness.GetAsync(server.Url, "localhost");

        Assert.Equal("a b c", result.Member("headers").GetProperty("x").GetString());
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", "X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Filler: ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("", "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload; as=image\r\n\r\n")]
    public async Task Headers_without_end_are_refused_or_out_of_time(string first, string again)
    {
        await using var server = new RawServer(async (stream, _, cancel) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(first), cancel);
            var more = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(again, 50)));
            while (true) await stream.WriteAsync(more, cancel);
        });
        using var harness = new HttpCallHarness();

        var result =
            await harness.CallAsync($$"""{"url":"{{server.Url}}","first_byte_timeout_ms":2000}""", "localhost");

        Assert.Contains(result.Code.Value, new[] { "RESPONSE_TOO_LARGE", "FIRST_BYTE_TIMEOUT" });
        Assert.Equal(EffectState.None, result.Effect);
    }

    [Fact]
    public async Task Any_bytes_at_all_are_an_outcome_of_the_contract()
    {
        var answers = new Queue<byte[]>();
        await using var server = new RawServer(async (stream, _, cancel) =>
        {
            await stream.WriteAsync(answers.Dequeue(), cancel);
            return false;
        });
        using var harness = new HttpCallHarness();
        var good =
            Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nETag: \"x\"\r\nTransfer-Encoding: chunked\r\n"
            + "Retry-After: 3\r\n\r\n9\r\n{\"a\":1.50\r\n1\r\n}\r\n0\r\n\r\n");

        await Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, 3]).Array[1, 4].SampleAsync(async edits =>
        {
            var bytes = good.ToList();
            foreach (var (at, value, kind) in edits)
            {
                var place = Math.Min(at, bytes.Count - 1);
                if (kind == 0 && bytes.Count > 1) bytes.RemoveAt(place);
                else if (kind == 1) bytes.Insert(place, value);
                else if (kind == 2) bytes[place] = value;
                else bytes.RemoveRange(place, Math.Min(bytes.Count - place, value % 16));
                if (bytes.Count == 0) bytes.Add(value);
            }
            answers.Enqueue([.. bytes]);

            var result =
                await harness.CallAsync($$"""{"url":"{{server.Url}}","cache":true,"timeout_ms":5000}""", "localhost");

            Assert.Contains(result.Code.Value, Codes);
        }, iter: 300, threads: 1);
    }
}
