using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aos.Contracts;
using Aos.Contracts.Api;

namespace Aos.Runtime.Webhooks;

/// <summary>An address as the store has it.</summary>
/// <param name="Info">What is shown of it.</param>
/// <param name="Secret">The secret that was made for it; null where the server has it by name.</param>
/// <param name="Replaced">The secrets before it that were given time, the newest first.</param>
internal sealed record StoredWebhook(WebhookInfo Info, string? Secret, IReadOnlyList<ReplacedSecret> Replaced)
{
    /// <summary>The secrets of its own that sign at a moment, the newest first.</summary>
    public IEnumerable<string> SecretsAt(DateTimeOffset now)
    {
        if (Secret is not null) yield return Secret;
        foreach (var replaced in Replaced)
            if (replaced.SignsUntil > now) yield return replaced.Secret;
    }

    /// <summary>What is shown of it at a moment.</summary>
    public WebhookInfo ShownAt(DateTimeOffset now) =>
        Replaced.Any(replaced => replaced.SignsUntil > now)
            ? Info with { PreviousSecretUntil = Replaced.Max(replaced => replaced.SignsUntil) }
            : Info;
}

/// <summary>A secret that was replaced, and signs for a while.</summary>
internal sealed record ReplacedSecret(string Secret, DateTimeOffset SignsUntil);

/// <summary>A message on its way to one address, as the store has it.</summary>
internal sealed record StoredDelivery
{
    /// <summary>The tenant of the address.</summary>
    public required string Tenant { get; init; }

    /// <summary>The address.</summary>
    public required string WebhookId { get; init; }

    /// <summary>The message.</summary>
    public required string MessageId { get; init; }

    /// <summary>The body, as it is sent.</summary>
    public required string Body { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>Not to be tried before: the time of the next try, or until when a process that tries it may
    /// take.</summary>
    public DateTimeOffset NextAt { get; init; }

    /// <summary>How the last try ended.</summary>
    public string? LastResult { get; init; }

    /// <summary>Its name in the store.</summary>
    [JsonIgnore]
    public string Id => $"{WebhookId}.{MessageId}";
}

/// <summary>Reads and writes them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StoredDelivery))]
internal sealed partial class WebhookJson : JsonSerializerContext
{
    public static byte[] Write(StoredDelivery delivery) =>
        JsonSerializer.SerializeToUtf8Bytes(delivery, Default.StoredDelivery);

    public static StoredDelivery ReadDelivery(ReadOnlyMemory<byte> body) =>
        JsonSerializer.Deserialize(body.Span, Default.StoredDelivery)!;

    // As API keys are kept: what is shown, and beside it what is not.
    public static byte[] Write(StoredWebhook webhook)
    {
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("info");
            writer.WriteRawValue(AosJson.Write(webhook.Info));
            if (webhook.Secret is not null) writer.WriteString("secret", webhook.Secret);
            if (webhook.Replaced.Count > 0) WriteReplaced(writer, webhook.Replaced);
            writer.WriteEndObject();
        }
        return memory.ToArray();
    }

    private static void WriteReplaced(Utf8JsonWriter writer, IEnumerable<ReplacedSecret> secrets)
    {
        writer.WriteStartArray("replaced");
        foreach (var (secret, until) in secrets)
        {
            writer.WriteStartObject();
            writer.WriteString("secret", secret);
            writer.WriteString("signs_until", until.ToString("O", CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static StoredWebhook ReadWebhook(ReadOnlyMemory<byte> body)
    {
        var element = Contracts.Values.Payload.FromUtf8(body).Element;
        return new StoredWebhook(AosJson.Read<WebhookInfo>(element.GetProperty("info")),
            element.TryGetProperty("secret", out var secret) ? secret.GetString() : null,
            element.TryGetProperty("replaced", out var replaced)
                ? [.. replaced.EnumerateArray().Select(one =>
                    new ReplacedSecret(
                        one.GetProperty("secret").GetString()!, one.GetProperty("signs_until").GetDateTimeOffset()))]
                : []);
    }
}
