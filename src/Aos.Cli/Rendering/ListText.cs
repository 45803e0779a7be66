using System.Buffers;
using System.Text.Json;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Cli.Rendering;

/// <summary>The JSON of what only the command line prints: lists, as arrays.</summary>
internal static class ListText
{
    public static ReadOnlyMemory<byte> Of(IEnumerable<RunReport> reports) =>
        List(reports, (writer, report) => Raw(writer, AosJson.Write(report)));

    public static ReadOnlyMemory<byte> Of(IEnumerable<SkillContract> contracts) =>
        List(contracts, (writer, contract) => Raw(writer, AosJson.Write(contract)));

    /// <summary>Each plan by its name, with what is foreseen of it.</summary>
    public static ReadOnlyMemory<byte> Of(IEnumerable<(string Name, Simulation Simulation)> plans) =>
        List(plans, (writer, plan) =>
    {
        writer.WriteStartObject();
        writer.WriteString("plan", plan.Name);
        writer.WritePropertyName("simulation");
        Raw(writer, AosJson.Write(plan.Simulation));
        writer.WriteEndObject();
    });

    /// <summary>What each budget would make of a run.</summary>
    public static ReadOnlyMemory<byte> Of(IEnumerable<BudgetTrial> trials) =>
        List(trials, (writer, trial) => Raw(writer, AosJson.Write(trial)));

    public static ReadOnlyMemory<byte> Of(IEnumerable<Policy> policies) =>
        List(policies, (writer, policy) => Raw(writer, AosJson.Write(policy)));

    /// <summary>The runs that were bound to one more policy.</summary>
    public static ReadOnlyMemory<byte> Tightened(Policy policy, IEnumerable<RunId> runs) => Object(writer =>
    {
        writer.WriteString("policy", policy.Name);
        writer.WriteNumber("version", policy.Version);
        writer.WriteStartArray("runs");
        foreach (var run in runs) writer.WriteStringValue(run.Value);
        writer.WriteEndArray();
    });

    /// <summary>The catalog, with what trying again brought beside its entries.</summary>
    public static ReadOnlyMemory<byte> Of(FailureCatalog catalog, IEnumerable<RecoveryRecord> records) =>
        Object(writer =>
    {
        using var document = JsonDocument.Parse(AosJson.Write(catalog));
        foreach (var member in document.RootElement.EnumerateObject()) member.WriteTo(writer);
        writer.WriteStartArray("recovery");
        foreach (var record in records) Raw(writer, AosJson.Write(record));
        writer.WriteEndArray();
    });

    public static ReadOnlyMemory<byte> Of(IEnumerable<RunSummary> runs) =>
        List(runs, (writer, run) => Raw(writer, AosJson.Write(run)));

    /// <summary>The models of a profile, each as a run would pin it.</summary>
    public static ReadOnlyMemory<byte> Of(IEnumerable<ListedModel> models) => List(models, (writer, listed) =>
    {
        writer.WriteStartObject();
        writer.WriteString("name", listed.Name);
        writer.WriteString("price_source", listed.PriceSource);
        if (listed.HasKey is { } there) writer.WriteBoolean("key_is_there", there);
        using var model = JsonDocument.Parse(AosJson.Write(listed.Model));
        foreach (var member in model.RootElement.EnumerateObject()) member.WriteTo(writer);
        writer.WriteEndObject();
    });

    /// <summary>Each request as the journal has it, with how it stands and what a decision on it is bound to.</summary>
    public static ReadOnlyMemory<byte> Of(IEnumerable<ApprovalSummary> requests) => List(requests, (writer, one) =>
    {
        writer.WriteStartObject();
        writer.WriteString("approval_id", one.ApprovalId.Value);
        writer.WriteString("run_id", one.RunId.Value);
        writer.WriteString("status", one.Status);
        writer.WriteString("requested_at", Time(one.RequestedAt));
        if (one.Binding is { } binding) writer.WriteString("binding", binding.Value);
        foreach (var member in one.Request.Element.EnumerateObject())
            if (member.Name is not ("type" or "at" or "approval_id")) member.WriteTo(writer);
        writer.WriteEndObject();
    });

    public static ReadOnlyMemory<byte> Version(string version, string framework, string platform) => Object(writer =>
    {
        writer.WriteString("version", version);
        writer.WriteString("framework", framework);
        writer.WriteString("platform", platform);
    });

    /// <summary>An object.</summary>
    public static ReadOnlyMemory<byte> Object(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    /// <summary>An array.</summary>
    public static ReadOnlyMemory<byte> List<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var item in items) write(writer, item);
            writer.WriteEndArray();
        }
        return buffer.WrittenMemory;
    }

    private static void Raw(Utf8JsonWriter writer, byte[] json) =>
        writer.WriteRawValue(json, skipInputValidation: true);

    /// <summary>As the contracts write moments.</summary>
    public static string Time(DateTimeOffset moment) => Payload
        .FromUtf8(AosJson.Write<RunEvent>(new RunEvent.TimeReached { At = moment })).Element.GetProperty("at")
        .GetString()!;
}
