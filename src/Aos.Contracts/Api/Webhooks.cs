using System.Text.Json.Serialization;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Contracts.Api;

/// <summary>An address that is to be told what becomes of runs.</summary>
public sealed record WebhookSubmission
{
    /// <summary>The address, http or https, at most 2,000 characters.</summary>
    public required string Url { get; init; }

    /// <summary>The types of messages that it is told, such as <c>run.failed</c>. Empty: all of them.</summary>
    public ValueList<string> Events { get; init; }

    /// <summary>What it is for, for people; at most 200 characters.</summary>
    public string? Description { get; init; }

    /// <summary>The name of a secret of the server that signs: its value is <c>whsec_</c> and base64, several of them
    /// with spaces between, each of which signs, or any other text. Absent: one is made and shown once.</summary>
    public string? SecretName { get; init; }
}

/// <summary>An address as it is kept, without its secret.</summary>
public sealed record WebhookInfo
{
    /// <summary>Its name.</summary>
    public required string WebhookId { get; init; }

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The address.</summary>
    public required string Url { get; init; }

    /// <summary>The types of messages that it is told; empty: all of them.</summary>
    public ValueList<string> Events { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>The name of the secret of the server that signs; absent where one was made for it.</summary>
    public string? SecretName { get; init; }

    /// <summary>Until when secrets that were replaced sign beside the present one; absent where none does.</summary>
    public DateTimeOffset? PreviousSecretUntil { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made it.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Since when nothing is sent to it; absent where it is told.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>Why nothing is sent to it.</summary>
    public string? DisabledReason { get; init; }
}

/// <summary>How the secret of an address is to be replaced.</summary>
public sealed record WebhookRotation
{
    /// <summary>Minutes for which the secret before signs beside the new one, so that receivers can be told of it. 0:
    /// it ends at once, with every secret before it. Absent: 1,440, a day.</summary>
    [Bounds(0, 43_200)]
    public int? OverlapMinutes { get; init; }
}

/// <summary>An address that was just made, or whose secret was just replaced.</summary>
public sealed record NewWebhook
{
    /// <summary>What the receiver checks signatures with: <c>whsec_</c> and base64. Shown this once; absent where the
    /// server has it by name.</summary>
    public string? Secret { get; init; }

    /// <summary>The address.</summary>
    public required WebhookInfo Info { get; init; }
}

/// <summary>The addresses of a tenant.</summary>
public sealed record WebhookPage
{
    /// <summary>By name.</summary>
    public required ValueList<WebhookInfo> Items { get; init; }
}

/// <summary>A message that has not arrived.</summary>
public sealed record WebhookDelivery
{
    /// <summary>The message: the <c>webhook-id</c> that every try of it carries.</summary>
    public required string MessageId { get; init; }

    /// <summary>To which address.</summary>
    public required string WebhookId { get; init; }

    /// <summary><c>pending</c>: it is tried again. <c>dead</c>: it is not, until somebody asks for it.</summary>
    public required string Status { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is tried next; absent where it is dead.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>How the last try ended, such as <c>status 503</c> or a code.</summary>
    public string? LastResult { get; init; }

    /// <summary>The message, as it is sent.</summary>
    public required WebhookMessage Message { get; init; }
}

/// <summary>Messages that have not arrived.</summary>
public sealed record WebhookDeliveryPage
{
    /// <summary>By message.</summary>
    public required ValueList<WebhookDelivery> Items { get; init; }

    /// <summary>Where the next page begins; absent on the last.</summary>
    public string? NextCursor { get; init; }
}

/// <summary>What an address is told: the body of a request.</summary>
public sealed record WebhookMessage
{
    /// <summary>What has happened: <c>run.completed</c>, <c>run.failed</c>, <c>run.cancelled</c>, <c>run.waiting</c>,
    /// <c>approval.requested</c>, <c>budget.threshold</c>.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened, by the journal.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>To what.</summary>
    public required WebhookData Data { get; init; }
}

/// <summary>What a message is about. Names, amounts and states; never what a run was given or found.</summary>
public sealed record WebhookData
{
    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The agent.</summary>
    public required string AgentId { get; init; }

    /// <summary>The number of the event in the journal of the run: of two messages about a run the one with the greater
    /// number is newer.</summary>
    public required long Seq { get; init; }

    /// <summary>How the run stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>What it waits for; absent where it does not wait.</summary>
    public WaitReason? WaitingFor { get; init; }

    /// <summary>How it ended; absent where it has not.</summary>
    public ErrorCode? Code { get; init; }

    /// <summary>What it has cost.</summary>
    [JsonPropertyName("cost_cents")]
    public Money Cost { get; init; }

    /// <summary>What it may cost.</summary>
    [JsonPropertyName("limit_cents")]
    public Money Limit { get; init; }

    /// <summary>The request that a person is to decide on.</summary>
    public ApprovalId? ApprovalId { get; init; }

    /// <summary>Its step.</summary>
    public StepId? StepId { get; init; }

    /// <summary>The skill that would be called.</summary>
    public SkillName? Skill { get; init; }

    /// <summary>The role that may decide.</summary>
    public string? Role { get; init; }

    /// <summary>When the request expires.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
