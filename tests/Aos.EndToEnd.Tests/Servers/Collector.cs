using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>A span or a log record as it arrived.</summary>
public sealed record Told(
    string TraceId, string SpanId, string ParentId, string Name, int Kind, int Status,
    IReadOnlyDictionary<string, string> Tags);

/// <summary>A collector that speaks OTLP, over HTTP with protobuf or over gRPC, on loopback. It reads the wire formats
/// itself, by the field numbers of the protocol's own files and by the frames of gRPC.</summary>
public sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _bodies = new();

    // The services of the protocol's own files, and where the same requests go over HTTP.
    private static readonly Dictionary<string, string> Services = new(StringComparer.Ordinal)
    {
        ["/opentelemetry.proto.collector.trace.v1.TraceService/Export"] = "/v1/traces",
        ["/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"] = "/v1/metrics",
        ["/opentelemetry.proto.collector.logs.v1.LogsService/Export"] = "/v1/logs",
    };

    private Collector(WebApplication app, bool isGrpc) => (_app, IsGrpc) = (app, isGrpc);

    public bool IsGrpc { get; }

    public Uri Address => new(_app.Urls.First());

    public static async Task<Collector> StartAsync(bool grpc = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        // Without TLS nothing says which version is spoken: gRPC begins with HTTP/2.
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.ConfigureEndpointDefaults(
                endpoint => endpoint.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var app = builder.Build();
        var collector = new Collector(app, grpc);
        app.Run(async http =>
        {
            using var memory = new MemoryStream();
            await http.Request.Body.CopyToAsync(memory);
            if (grpc) await collector.TakeCallAsync(http, memory.ToArray());
            else
            {
                collector._bodies.Enqueue((http.Request.Path, memory.ToArray()));
                http.Response.ContentType = "application/x-protobuf";
            }
        });
        await app.StartAsync();
        return collector;
    }

    // A message is five bytes (not compressed; its length) and the request; so is the answer, which is empty, before
    // its trailers.
    private async Task TakeCallAsync(HttpContext http, byte[] message)
    {
        var isCall = http.Request.Method == "POST" && http.Request.ContentType == "application/grpc"
            && http.Request.Headers.TE == "trailers"
            && Services.ContainsKey(http.Request.Path) && message is [0, ..]
            && BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(1)) == message.Length - 5;
        if (isCall) _bodies.Enqueue((Services[http.Request.Path], message[5..]));
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.WriteAsync(new byte[5]);
        http.Response.AppendTrailer("grpc-status", isCall ? "0" : "3");
    }

    /// <summary>Everything that arrived, as text in which UTF-8 can be searched for.</summary>
    public string Everything => string.Join('\n', _bodies.Select(body => Encoding.UTF8.GetString(body.Body)));

    public IReadOnlyList<Told> Spans => [.. Of("/v1/traces").Select(span => new Told(
        Hex(One(span, 1)), Hex(One(span, 2)), Hex(One(span, 4)), Text(One(span, 5)), (int)Number(span, 6),
        One(span, 15) is { Length: > 0 } status ? (int)Number(status, 3) : 0, Tags(span, 9)))];

    public IReadOnlyList<Told> Logs => [.. Of("/v1/logs").Select(log => new Told(
        Hex(One(log, 9)), Hex(One(log, 10)), "", Text(One(One(log, 5), 1)), 0, 0, Tags(log, 6)))];

    /// <summary>The names of the metrics that arrived.</summary>
    public IReadOnlySet<string> Metrics =>
        Of("/v1/metrics").Select(metric => Text(One(metric, 1))).ToHashSet(StringComparer.Ordinal);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // Request { resource 1 { scope 2 { item 2 } } }, in all three kinds of request.
    private IEnumerable<byte[]> Of(string path) =>
        from body in _bodies
        where body.Path == path
        from resource in Fields(body.Body, 1)
        from scope in Fields(resource, 2)
        from item in Fields(scope, 2)
        select item;

    private static Dictionary<string, string> Tags(byte[] message, int field)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in Fields(message, field))
        {
            var value = One(tag, 2);
            tags[Text(One(tag, 1))] = One(value, 1) is { Length: > 0 } text ? Text(text)
                : Fields(value, 5).FirstOrDefault() is { } list
                ? string.Join(',', Fields(list, 1).Select(item => Text(One(item, 1))))
                : Number(value, 3) is not 0 and var whole ? whole.ToString(CultureInfo.InvariantCulture)
                : One(value, 4) is { Length: 8 } real
                ? BinaryPrimitives.ReadDoubleLittleEndian(real).ToString(CultureInfo.InvariantCulture)
                : Number(value, 2) == 1 ? "true" : "0";
        }
        return tags;
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static byte[] One(byte[] message, int field) => Fields(message, field).LastOrDefault() ?? [];

    private static long Number(byte[] message, int field) =>
        Read(message).LastOrDefault(part => part.Field == field && part.Bytes is null).Number;

    private static IEnumerable<byte[]> Fields(byte[] message, int field) =>
        Read(message).Where(part => part.Field == field && part.Bytes is not null).Select(part => part.Bytes!);

    private static List<(int Field, long Number, byte[]? Bytes)> Read(byte[] message)
    {
        var parts = new List<(int, long, byte[]?)>();
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message, ref at);
            switch (key & 7)
            {
                case 0: parts.Add(((int)(key >> 3), Varint(message, ref at), null)); break;
                case 1: parts.Add(((int)(key >> 3), 0, message[at..(at += 8)])); break;
                case 5: parts.Add(((int)(key >> 3), 0, message[at..(at += 4)])); break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    parts.Add(((int)(key >> 3), 0, message[at..(at += length)]));
                    break;
                default: throw new InvalidDataException($"wire type {key & 7}");
            }
        }
        return parts;
    }

    private static long Varint(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return unchecked((long)value);
        }
    }
}
