using System.Text.Json;
using Aos.Cli.Invocation;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Mcp;
using Spectre.Console;

namespace Aos.Cli.Rendering;

/// <summary>What was imported from MCP servers.</summary>
internal static class ImportView
{
    private static readonly string[] Members = ["description", "input_schema", "output_schema"];

    public static void ShowImported(Session session, McpImport import, IReadOnlyList<(string Tool, string Why)> refused)
    {
        var screen = session.Screen;
        foreach (var (tool, why) in refused)
            screen.Error.WriteLine($"warning: the tool '{Plain.Of(tool)}' was not imported: {Plain.Of(why)}");
        if (screen.Json)
        {
            screen.WriteJson(ListText.Object(writer =>
            {
                Write(writer, ImportState.Of(import, null));
                writer.WriteStartArray("refused");
                foreach (var (tool, why) in refused)
                {
                    writer.WriteStartObject();
                    writer.WriteString("tool", tool);
                    writer.WriteString("reason", why);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            }));
            return;
        }
        Tools(ImportState.Of(import, null)).Show(screen);
        var entries = string.Join(
            ", ", import.Tools.Select(pin => pin.ReadContract())
                .Select(contract => $"{contract.Name}@{contract.Version.Major}"));
        screen.Error.WriteLine($"\n{Words.Count(import.Tools.Count, "skill")} imported. An agent may call what its "
            + $"profile names:\n  skills: [{entries}]"
            + (import.Server.NetworkEntryNeeded() is { } entry ? $"\n  network: {{ allow: [\"{entry}\"] }}" : "")
            + (Secrets(import) is { Length: > 0 } secrets ? $"\n  secrets: [{secrets}]" : ""));
    }

    public static void ShowAll(Session session, IReadOnlyList<ImportState> imports)
    {
        if (imports.Count == 0)
        {
            session.Screen.Error.WriteLine(
                $"Nothing was imported. `{session.Suggest("skills import --help")}` says how.");
            return;
        }
        var table = new Listing("IMPORT", "SKILLS", "STATUS", "SERVER");
        foreach (var state in imports)
            table.Add(state.Import.Name, $"{state.Tools.Count}", StatusOf(state), state.Import.Server.Describe());
        table.Show(session.Screen);
    }

    public static void Show(Session session, ImportState state)
    {
        var canvas = session.Screen.Canvas;
        canvas.Write(new Text($"{state.Import.Name}\n", Styles.Strong));
        var facts = new Listing("", "");
        facts.Add(new Cell("server", Styles.Faint), state.Import.Server.Describe());
        if (state.Import.ServerName is { } name)
            facts.Add(new Cell("calls itself", Styles.Faint), $"{name} {state.Import.ServerVersion}");
        facts.Add(new Cell("imported", Styles.Faint), $"{state.Import.ImportedAt:u}");
        if (Secrets(state.Import) is { Length: > 0 } secrets) facts.Add(new Cell("secrets", Styles.Faint), secrets);
        if (state.Others is { Count: > 0 } others)
            facts.Add(new Cell("not imported", Styles.Faint), string.Join(", ", others));
        facts.Show(session.Screen);
        canvas.Write(new Text("\n"));
        Tools(state).Show(session.Screen);
        foreach (var tool in state.Tools)
            if (tool.Now is { } now) Difference(canvas, tool.Contract.Name.Value, tool.Pin.Definition, now);
        if (state.Tools.Any(tool => tool.Now is not null))
            session.Screen.Error.WriteLine(
                $"Accept what changed with `{session.Suggest($"skills accept {state.Import.Name}")}`.");
    }

    public static void ShowAccepted(
        Session session, McpImport import, IReadOnlyList<(McpPin Before, McpPin After)> accepted)
    {
        if (session.Screen.Json)
        {
            session.Screen.WriteJson(ListText.Object(writer =>
            {
                writer.WriteString("import", import.Name);
                writer.WriteStartArray("accepted");
                foreach (var (before, after) in accepted)
                {
                    writer.WriteStartObject();
                    writer.WriteString("skill", after.ReadContract().Name.Value);
                    writer.WriteString("version_before", before.ReadContract().Version.Value);
                    writer.WriteString("version", after.ReadContract().Version.Value);
                    writer.WriteStartArray("changed");
                    foreach (var member in Changed(before.Definition, after.Definition))
                        writer.WriteStringValue(member);
                    writer.WriteEndArray();
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            }));
            return;
        }
        foreach (var (before, after) in accepted)
        {
            session.Screen.Out.WriteLine(
                $"{after.ReadContract().Name}: {before.ReadContract().Version} -> {after.ReadContract().Version}");
            Difference(session.Screen.Canvas, after.ReadContract().Name.Value, before.Definition, after.Definition);
        }
        if (accepted.Count == 0)
            session.Screen.Error.WriteLine("There is nothing to accept: the server says what it said.");
    }

    public static ReadOnlyMemory<byte> Json(IReadOnlyList<ImportState> imports) =>
        ListText.List(imports, (writer, state) =>
    {
        writer.WriteStartObject();
        Write(writer, state);
        if (state.Others is { } others)
        {
            writer.WriteStartArray("not_imported");
            foreach (var other in others) writer.WriteStringValue(other);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, ImportState state)
    {
        writer.WriteString("name", state.Import.Name);
        writer.WriteString("server", state.Import.Server.Describe());
        writer.WriteString("transport", state.Import.Server.Url is null ? "stdio" : "http");
        if (state.Import.ServerName is { } name) writer.WriteString("server_name", name);
        if (state.Import.ServerVersion is { } version) writer.WriteString("server_version", version);
        writer.WriteString("imported_at", ListText.Time(state.Import.ImportedAt));
        writer.WriteStartArray("tools");
        foreach (var tool in state.Tools)
        {
            writer.WriteStartObject();
            writer.WriteString("tool", tool.Pin.Tool);
            writer.WriteString("skill", tool.Contract.Name.Value);
            writer.WriteString("version", tool.Contract.Version.Value);
            writer.WriteString("effect", Words.Of(Imports.EffectOf(tool.Contract)));
            writer.WriteString("status", Words.Of(tool.Status));
            writer.WriteString("hash", tool.Pin.Hash);
            writer.WriteString("description", tool.Contract.Description);
            if (tool.Pin.Hints is { } hints) Member(writer, "hints", hints);
            if (tool.Now is { } now) Member(writer, "definition_now", now);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void Member(Utf8JsonWriter writer, string name, Payload value)
    {
        writer.WritePropertyName(name);
        value.WriteTo(writer);
    }

    private static Listing Tools(ImportState state)
    {
        var table = new Listing("SKILL", "VERSION", "EFFECT", "STATUS", "SERVER SAYS", "DESCRIPTION");
        foreach (var tool in state.Tools)
            table.Add(
                tool.Contract.Name.Value, tool.Contract.Version.Value, Words.Spaced(Imports.EffectOf(tool.Contract)),
                new Cell(Words.Spaced(tool.Status), tool.Status == ToolStatus.Accepted ? Styles.Good : Styles.Bad),
                HintsOf(tool.Pin), tool.Contract.Description);
        return table;
    }

    private static Cell StatusOf(ImportState state)
    {
        var bad = state.Tools.Where(tool => tool.Status != ToolStatus.Accepted)
            .Select(tool => Words.Spaced(tool.Status)).Distinct(StringComparer.Ordinal).ToList();
        return bad.Count == 0 ? new Cell("accepted", Styles.Good) : new Cell(string.Join(", ", bad), Styles.Bad);
    }

    // Only what is claimed, and as a claim.
    private static string HintsOf(McpPin pin) =>
        pin.Hints?.Element is not { ValueKind: JsonValueKind.Object } hints ? "" : string.Join(", ",
        hints.EnumerateObject().Where(hint => hint.Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            .Select(
                hint => (hint.Value.ValueKind == JsonValueKind.True ? "" : "not ")
                    + hint.Name.Replace("Hint", "", StringComparison.Ordinal)));

    private static string Secrets(McpImport import) => string.Join(", ", import.Server.Values.Values
        .Select(value => value.Secret).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    private static IEnumerable<string> Changed(Payload before, Payload now) =>
        Members.Where(member => Text(before, member) != Text(now, member));

    private static void Difference(IAnsiConsole canvas, string skill, Payload before, Payload now)
    {
        foreach (var member in Changed(before, now))
        {
            var text = new Paragraph();
            text.Append($"\n{skill}: {member.Replace('_', ' ')}\n", Styles.Strong);
            text.Append(
                $"  - {Plain.Of(Text(before, member), keepLines: true).ReplaceLineEndings("\n    ")}\n", Styles.Bad);
            text.Append(
                $"  + {Plain.Of(Text(now, member), keepLines: true).ReplaceLineEndings("\n    ")}\n", Styles.Good);
            canvas.Write(text);
        }
    }

    private static string Text(Payload definition, string member) =>
        !definition.Element.TryGetProperty(member, out var value) ? "(none)"
        : value.ValueKind == JsonValueKind.String ? value.GetString()! : JsonView.Line(value);
}
