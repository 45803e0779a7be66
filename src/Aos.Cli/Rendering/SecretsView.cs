using Aos.Runtime.Secrets;

namespace Aos.Cli.Rendering;

/// <summary>Secrets by name; there is no way to show a value.</summary>
internal static class SecretsView
{
    public static void Show(Screen screen, IReadOnlyList<SecretStatus> secrets)
    {
        if (secrets.Count == 0)
        {
            screen.Error.WriteLine("No secrets are named: a profile lists them under `secrets`.");
            return;
        }
        var table = new Listing("SECRET", "STATUS", "SENT TO", "FOUND IN");
        foreach (var secret in secrets)
            table.Add(secret.Name.Value, new Cell(StatusOf(secret), secret.Problem is null ? Styles.Good : Styles.Bad),
                secret.Hosts.IsEmpty ? "any allowed host" : string.Join(", ", secret.Hosts), secret.FoundIn ?? "");
        table.Show(screen);
        foreach (var secret in secrets.Where(secret => secret.Problem is not null))
            screen.Error.WriteLine($"{secret.Name}: {Plain.Of(secret.Problem!)}"
                + (secret.UsedAt.IsEmpty ? "" : $" (used at {Plain.Of(string.Join(", ", secret.UsedAt))})"));
    }

    /// <summary><c>{"secrets": [{"name", "status", "allowed", "hosts", "used_at", "found_in",
    /// "message"}]}</c>.</summary>
    public static ReadOnlyMemory<byte> Json(IReadOnlyList<SecretStatus> secrets) => ListText.Object(writer =>
    {
        writer.WriteStartArray("secrets");
        foreach (var secret in secrets)
        {
            writer.WriteStartObject();
            writer.WriteString("name", secret.Name.Value);
            writer.WriteString("status", StatusOf(secret));
            writer.WriteBoolean("allowed", secret.IsAllowed);
            WriteTexts("hosts", secret.Hosts);
            WriteTexts("used_at", secret.UsedAt);
            if (secret.FoundIn is { } place) writer.WriteString("found_in", place);
            if (secret.Problem is { } problem) writer.WriteString("message", problem);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();

        void WriteTexts(string name, IEnumerable<string> texts)
        {
            writer.WriteStartArray(name);
            foreach (var text in texts) writer.WriteStringValue(text);
            writer.WriteEndArray();
        }
    });

    private static string StatusOf(SecretStatus secret) =>
        !secret.IsAllowed ? "not allowed" : secret.Problem is null ? "found" : "missing";
}
