using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Aos.Tests.Skills.Http;
using Microsoft.AspNetCore.Http;

namespace Aos.Tests.Skills.Models;

/// <summary>A request that a model's provider received.</summary>
internal sealed record ReceivedRequest(string Path, IReadOnlyDictionary<string, string> Headers, JsonElement Body);

/// <summary>What a provider answers: a status, a content type, and the body in pieces.</summary>
internal sealed record ProviderAnswer(int Status, string ContentType, params string[] Pieces)
{
    /// <summary>The value of <c>Retry-After</c>; null: none.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>The value of <c>retry-after-ms</c>; null: none.</summary>
    public string? RetryAfterMs { get; init; }

    /// <summary>What happens after the pieces: the body ends, breaks off, or never ends.</summary>
    public Ending Ending { get; init; }
}

public enum Ending { Whole, Cut, Silent, Dripping }

/// <summary>A provider of models on a loopback port, which speaks the wire formats of the real ones.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    private readonly WebServer _server;
    private readonly CancellationTokenSource _stop;

    private ModelServer(WebServer server, ConcurrentQueue<ReceivedRequest> received, CancellationTokenSource stop) =>
        (_server, Received, _stop) = (server, received, stop);

    public ConcurrentQueue<ReceivedRequest> Received { get; }

    public string Url => _server.Url;

    public int Port => _server.Port;

    /// <summary>Starts a server that gives these answers in order, the last one for ever.</summary>
    public static async Task<ModelServer> StartAsync(params ProviderAnswer[] answers)
    {
        var received = new ConcurrentQueue<ReceivedRequest>();
        var stop = new CancellationTokenSource();
        var count = 0;
        var server = await WebServer.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.Enqueue(new ReceivedRequest(context.Request.Path, context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                JsonElement.Parse(body.Length == 0 ? "null"u8 : body.ToArray())));
            await AnswerAsync(
                context, answers[Math.Min(Interlocked.Increment(ref count), answers.Length) - 1], stop.Token);
        });
        return new ModelServer(server, received, stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    private static async Task AnswerAsync(HttpContext context, ProviderAnswer answer, CancellationToken stop)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        if (answer.RetryAfter is { } wait) context.Response.Headers.RetryAfter = wait;
        if (answer.RetryAfterMs is { } brief) context.Response.Headers["retry-after-ms"] = brief;
        foreach (var piece in answer.Pieces)
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(piece), stop);
            await context.Response.Body.FlushAsync(stop);
        }
        if (answer.Ending == Ending.Cut) context.Abort();
        if (answer.Ending == Ending.Silent) await WaitAsync(context, stop);
        // A sign of life now and then, and never an end.
        while (answer.Ending == Ending.Dripping && !stop.IsCancellationRequested
            && !context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(": still here\n\n"u8.ToArray(), stop);
            await context.Response.Body.FlushAsync(stop);
        }
    }

    private static async Task WaitAsync(HttpContext context, CancellationToken stop)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, context.RequestAborted);
        await Task.Delay(Timeout.InfiniteTimeSpan, both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

/// <summary>Anthropic's Messages API, as it is on the wire.</summary>
internal static class AnthropicWire
{
    public const string Error529 =
        """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}""";

    public static ProviderAnswer Answer(
        string text, string stop = "end_turn", int input = 25, int read = 0, int written = 0,
        int output = 15) => new(200, "text/event-stream; charset=utf-8",
        [Start(input, read, written), .. Texts(text), Delta(stop, output),
            Event("message_stop", """{"type":"message_stop"}""")]);

    public static string Start(int input, int read, int written) => Event("message_start",
        $$$$"""{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude-test-1","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":{{{{input}}}},"cache_creation_input_tokens":{{{{written}}}},"cache_read_input_tokens":{{{{read}}}},"output_tokens":1}}}""")
        + Event("ping", """{"type":"ping"}""");

    public static IEnumerable<string> Texts(string text)
    {
        yield return Event(
            "content_block_start",
            """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""");
        foreach (var half in (string[])[text[..(text.Length / 2)], text[(text.Length / 2)..]])
            yield return Event("content_block_delta",
                $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":{{{JsonSerializer.Serialize(half)}}}}}""");
        yield return Event("content_block_stop", """{"type":"content_block_stop","index":0}""");
    }

    public static string ToolUse() =>
        Event("content_block_start",
            """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_1","name":"send_money","input":{}}}""")
        + Event(
            "content_block_delta",
            """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"to\":\"me\"}"}}""")
        + Event("content_block_stop", """{"type":"content_block_stop","index":0}""");

    public static string Delta(string stop, int output) => Event("message_delta",
        $$$"""{"type":"message_delta","delta":{"stop_reason":"{{{stop}}}","stop_sequence":null},"usage":{"output_tokens":{{{output}}}}}""");

    public static string Event(string type, string data) => $"event: {type}\ndata: {data}\n\n";
}

/// <summary>OpenAI's Chat Completions API, as it is on the wire, and as Ollama speaks it.</summary>
internal static class OpenAiWire
{
    public static ProviderAnswer Answer(
        string text, string finish = "stop", int prompt = 30, int cached = 10, int completion = 20,
        int reasoning = 7) => new(200, "text/event-stream",
        Chunk($$"""{"role":"assistant","content":{{JsonSerializer.Serialize(text[..(text.Length / 2)])}}}""", null),
        Chunk($$"""{"content":{{JsonSerializer.Serialize(text[(text.Length / 2)..])}}}""", null),
        Chunk("{}", finish), Usage(prompt, cached, completion, reasoning), "data: [DONE]\n\n");

    public static string Chunk(string delta, string? finish) =>
        $$"""data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-test-1","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{(finish is null ? "null" : $"\"{finish}\"")}}}]}""" + "\n\n";

    public static string Usage(int prompt, int cached, int completion, int reasoning) =>
        $$$$"""data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-test-1","choices":[],"usage":{"prompt_tokens":{{{{prompt}}}},"completion_tokens":{{{{completion}}}},"total_tokens":{{{{prompt + completion}}}},"prompt_tokens_details":{"cached_tokens":{{{{cached}}}}},"completion_tokens_details":{"reasoning_tokens":{{{{reasoning}}}}}}}""" + "\n\n";
}
