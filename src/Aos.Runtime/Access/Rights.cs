namespace Aos.Runtime.Access;

/// <summary>What roles may do. One table for every surface.</summary>
public static class Rights
{
    /// <summary>Reads runs, events, reports, queries, simulations.</summary>
    public const string RunsRead = "runs:read";

    /// <summary>Begins runs and calls, cancels, signals, settles, forks, repeats, resumes and releases them.</summary>
    public const string RunsWrite = "runs:write";

    /// <summary>Decides on approval requests that name a role of the caller.</summary>
    public const string ApprovalsDecide = "approvals:decide";

    /// <summary>Reads skills, the failure catalog and agent profiles.</summary>
    public const string CatalogRead = "catalog:read";

    /// <summary>Writes agent profiles, and sends a profile with a request.</summary>
    public const string AgentsWrite = "agents:write";

    /// <summary>Writes policies, and binds open runs to more of them.</summary>
    public const string PoliciesWrite = "policies:write";

    /// <summary>Writes the limits of the tenant.</summary>
    public const string BudgetsWrite = "budgets:write";

    /// <summary>Makes, replaces and revokes API keys.</summary>
    public const string KeysWrite = "keys:write";

    /// <summary>Reads the audit log.</summary>
    public const string AuditRead = "audit:read";

    /// <summary>Reads the metrics of the server.</summary>
    public const string MetricsRead = "metrics:read";

    /// <summary>Reads and changes to whom messages about runs are sent.</summary>
    public const string WebhooksWrite = "webhooks:write";

    private static readonly string[] Viewer = [RunsRead, CatalogRead, MetricsRead];

    private static readonly Dictionary<string, string[]> ByRole = new(StringComparer.Ordinal)
    {
        ["viewer"] = Viewer,
        ["operator"] = [.. Viewer, RunsWrite, ApprovalsDecide],
        ["approver"] = [.. Viewer, ApprovalsDecide],
        ["admin"] = [
            .. Viewer, RunsWrite, ApprovalsDecide, AgentsWrite, PoliciesWrite, BudgetsWrite, KeysWrite, AuditRead,
            WebhooksWrite],
    };

    /// <summary>The roles that carry rights. Other roles only count where an approval request names them.</summary>
    public static IReadOnlyList<string> Roles { get; } = ["viewer", "operator", "approver", "admin"];

    /// <summary>All rights.</summary>
    public static IReadOnlyList<string> All { get; } = ByRole["admin"];

    /// <summary>The rights of roles, narrowed to scopes where there are any. A role that only requests name carries
    /// what a viewer may, and may decide.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<string> roles, IReadOnlyCollection<string> scopes)
    {
        var granted = roles.SelectMany(role => ByRole.TryGetValue(role, out var rights) ? rights : ByRole["approver"])
            .ToHashSet(StringComparer.Ordinal);
        return [.. All.Where(right => granted.Contains(right) && (scopes.Count == 0 || scopes.Contains(right)))];
    }

    /// <summary>The roles with which a caller decides on a request: their own; for an approver those of operators too;
    /// for an administrator whichever the request names.</summary>
    /// <param name="roles">The caller's roles.</param>
    /// <param name="named">The roles that the request names, now or once it is escalated.</param>
    public static IReadOnlyList<string> ToDecide(IReadOnlyCollection<string> roles, IEnumerable<string> named) =>
    [
        .. roles.Concat(roles.Contains("admin") ? named : roles.Contains("approver") ? ["operator"] : [])
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Whether a text can name a tenant or a role: a lower-case letter or digit, then letters, digits,
    /// <c>_</c> and
    /// <c>-</c>, at most 64.</summary>
    public static bool IsName(string? text) => text is { Length: > 0 and <= 64 } && text[0] is not ('_' or '-')
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');
}
