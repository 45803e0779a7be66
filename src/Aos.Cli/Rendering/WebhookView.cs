using Aos.Cli.Invocation;
using Aos.Contracts.Api;

namespace Aos.Cli.Rendering;

/// <summary>Addresses that are told what becomes of runs, and messages that have not arrived.</summary>
internal static class WebhookView
{
    private const int AddressMax = 60;

    public static void Show(Session session, WebhookPage page)
    {
        if (page.Items.IsEmpty)
            session.Screen.Error.WriteLine("There are no webhooks; `aos webhooks add URL` adds one.");
        var table = new Listing("WEBHOOK", "ADDRESS", "MESSAGES", "STATE");
        foreach (var webhook in page.Items)
            table.Add(
                webhook.WebhookId, Plain.Line(webhook.Url, AddressMax), MessagesOf(webhook),
                webhook.DisabledAt is null ? "told" : "disabled");
        table.Show(session.Screen);
    }

    public static void Show(Session session, WebhookInfo webhook)
    {
        var now = session.Time.GetUtcNow();
        var table = new Listing("", "");
        void Row(string name, string? value)
        {
            if (value is not null) table.Add(new Cell(name, Styles.Faint), Plain.Of(value));
        }
        Row("webhook", webhook.WebhookId);
        Row("address", webhook.Url);
        Row("messages", MessagesOf(webhook));
        Row("for", webhook.Description);
        Row("signed by", webhook.SecretName is { } name ? $"the secret '{name}' of the server" : "its own secret");
        if (webhook.PreviousSecretUntil is { } until)
            Row("", $"and the one before, for another {Times.Span((long)(until - now).TotalMilliseconds)}");
        Row("made", $"{Times.Relative(webhook.CreatedAt, now)} by {webhook.CreatedBy}");
        if (webhook.DisabledAt is { } since) Row("disabled", $"{Times.Relative(since, now)}: {webhook.DisabledReason}");
        table.Show(session.Screen);
    }

    public static void Show(Session session, WebhookDeliveryPage page)
    {
        var table = new Listing("MESSAGE", "TYPE", "TRIES", "LAST", "NEXT");
        foreach (var delivery in page.Items)
            table.Add(delivery.MessageId, delivery.Message.Type, $"{delivery.Attempts}", delivery.LastResult ?? "",
                delivery.NextAt is { } next ? Times.Relative(next, session.Time.GetUtcNow()) : "never");
        table.Show(session.Screen);
    }

    private static string MessagesOf(WebhookInfo webhook) =>
        webhook.Events.IsEmpty ? "all" : string.Join(", ", webhook.Events);
}
