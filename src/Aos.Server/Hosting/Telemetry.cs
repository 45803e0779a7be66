using System.Diagnostics;
using Aos.Runtime.Runs;
using Aos.Runtime.Telemetry;
using Aos.Server.Settings;
using Aos.Skills.Standard.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Aos.Server.Hosting;

/// <summary>What the server tells: metrics to whoever scrapes them; metrics, traces and logs to the collector that
/// <c>otlp_endpoint</c> or the standard variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names.</summary>
internal static class Telemetry
{
    /// <summary>Adds it. Without a collector nothing listens to spans, and they cost nothing.</summary>
    public static void Add(IServiceCollection services, ILoggingBuilder logging, ServerSettings settings)
    {
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(
            Environment.GetEnvironmentVariable("OTEL_SERVICE_NAME") is { Length: > 0 } name ? name : "aos",
            serviceVersion: ServerParts.Version));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(RuntimeMetrics.MeterName, ServerMetrics.MeterName).AddPrometheusExporter();
            if (IsPushed(settings)) metrics.AddOtlpExporter(options => Point(options, settings, "v1/metrics"));
        });
        if (!IsPushed(settings)) return;
        telemetry.WithTracing(
            traces => traces.AddSource(RunTracing.SourceName, SkillTracing.SourceName, RequestTracing.SourceName)
            .SetSampler(new RunSampler(settings.TracePercent))
            .AddOtlpExporter(options => Point(options, settings, "v1/traces")));
        logging.AddOpenTelemetry(logs =>
        {
            logs.IncludeScopes = true;
            logs.AddProcessor(new RunCorrelation());
            logs.AddOtlpExporter(options => Point(options, settings, "v1/logs"));
        });
    }

    private static bool IsPushed(ServerSettings settings) =>
        settings.OtlpEndpoint is not null
            || Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 };

    // The variables of the standard say the rest: headers, time-outs, sizes of batches.
    private static void Point(OtlpExporterOptions options, ServerSettings settings, string path)
    {
        if (settings.OtlpEndpoint is not { } endpoint) return;
        options.Protocol = settings.OtlpGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = settings.OtlpGrpc ? endpoint : new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/{path}");
    }
}

/// <summary>Records so many of a hundred traces. Whoever is in a trace already has decided; for a new one its id
/// decides, so that every process that goes on with a run decides alike.</summary>
internal sealed class RunSampler(int percent) : OpenTelemetry.Trace.Sampler
{
    private readonly TraceIdRatioBasedSampler _ratio = new(percent / 100d);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        if (parent.SpanId == default) return _ratio.ShouldSample(samplingParameters);
        return new SamplingResult(
            (parent.TraceFlags & ActivityTraceFlags.Recorded) != ActivityTraceFlags.None
                ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }
}

/// <summary>Puts what is logged of a run into the run's trace; where it is not recorded, the scope still names
/// it.</summary>
internal sealed class RunCorrelation : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        if (data.TraceId == default)
            data.ForEachScope(static (scope, record) =>
            {
                if (scope.Scope is not RunScope { SpanId: { } span } run) return;
                (record.TraceId, record.SpanId) =
                    (ActivityTraceId.CreateFromString(run.TraceId), ActivitySpanId.CreateFromString(span));
            }, data);
    }
}
