using Aos.Contracts.Values;

namespace Aos.Contracts.Api;

/// <summary>Who a request comes from, as the server understood it.</summary>
public sealed record Caller
{
    /// <summary>Who, by a name that belongs to nobody else: <c>key:ID</c> or <c>oidc:SUBJECT</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>The name for people.</summary>
    public string? Name { get; init; }

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The roles.</summary>
    public required ValueList<string> Roles { get; init; }

    /// <summary>The rights that follow from roles and scopes.</summary>
    public required ValueList<string> Permissions { get; init; }
}

/// <summary>A key that is to be made.</summary>
public sealed record ApiKeySubmission
{
    /// <summary>What it is for, for people; at most 100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>The roles: <c>viewer</c>, <c>operator</c>, <c>approver</c>, <c>admin</c>, or a role that approval
    /// requests name.</summary>
    [Bounds(1)]
    public required ValueList<string> Roles { get; init; }

    /// <summary>Only these rights of the roles, such as <c>runs:read</c>. Empty: all of them.</summary>
    public ValueList<string> Scopes { get; init; }

    /// <summary>Days after which it no longer works. Absent: it works until it is revoked.</summary>
    [Bounds(1, 3650)]
    public int? ExpiresInDays { get; init; }
}

/// <summary>A key as it is kept: its secret is not.</summary>
public sealed record ApiKeyInfo
{
    /// <summary>Its name in requests and in the audit log.</summary>
    public required string KeyId { get; init; }

    /// <summary>What it is for.</summary>
    public required string Name { get; init; }

    /// <summary>The tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The roles.</summary>
    public required ValueList<string> Roles { get; init; }

    /// <summary>Only these rights of the roles; empty: all of them.</summary>
    public ValueList<string> Scopes { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made it.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When it ceases to work; absent where no moment does.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked; absent where it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }
}

/// <summary>A key that was just made: the only time that it is shown.</summary>
public sealed record NewApiKey
{
    /// <summary>The key. Nobody can find it out again.</summary>
    public required string Key { get; init; }

    /// <summary>What is kept of it.</summary>
    public required ApiKeyInfo Info { get; init; }
}

/// <summary>How a key is to be replaced.</summary>
public sealed record KeyRotation
{
    /// <summary>Minutes for which the old key goes on to work, so that it can be replaced everywhere. Absent:
    /// 0.</summary>
    [Bounds(0, 43_200)]
    public int? OverlapMinutes { get; init; }
}

/// <summary>The keys of a tenant.</summary>
public sealed record ApiKeyPage
{
    /// <summary>The keys, by id.</summary>
    public required ValueList<ApiKeyInfo> Items { get; init; }
}

/// <summary>An entry of the audit log.</summary>
public sealed record AuditEntry
{
    /// <summary>Its place in the log of the whole store.</summary>
    public long Seq { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who.</summary>
    public required string Subject { get; init; }

    /// <summary>What was asked for: the name of an operation of the API, or a command.</summary>
    public required string Action { get; init; }

    /// <summary>Of what: a run, a key, a profile.</summary>
    public string? Target { get; init; }

    /// <summary>How it ended: <c>OK</c> or a code.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>Its link of the hash chain, in hexadecimal digits.</summary>
    public string? Hash { get; init; }
}

/// <summary>A page of the audit log, oldest first.</summary>
public sealed record AuditPage
{
    /// <summary>The entries.</summary>
    public required ValueList<AuditEntry> Items { get; init; }

    /// <summary>What to ask the next page with; absent on the last one.</summary>
    public string? NextCursor { get; init; }
}
