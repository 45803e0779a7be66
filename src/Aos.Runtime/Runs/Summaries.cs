using System.Text.Json;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Kernel.Runs;

namespace Aos.Runtime.Runs;

/// <summary>Rows of the store in the form in which callers see them, by whichever way they ask.</summary>
public static class Summaries
{
    /// <summary>A run in a list.</summary>
    public static RunSummary Of(RunRow row) => new()
    {
        RunId = row.RunId,
        Status = row.Status,
        WaitingFor = row.WaitingFor,
        Code = row.Code,
        Reason = row.Reason,
        Goal = row.Goal,
        AgentId = row.AgentId,
        Cost = row.Cost,
        StartedAt = row.StartedAt,
        EndedAt = row.EndedAt,
    };

    /// <summary>An approval request, from the very bytes that the journal has.</summary>
    /// <param name="row">The request as it stands at the moment of asking.</param>
    public static ApprovalSummary Of(ApprovalRow row) => new()
    {
        ApprovalId = row.Id,
        RunId = row.RunId,
        Status = JsonNamingPolicy.SnakeCaseLower.ConvertName(row.Status.ToString()),
        RequestedAt = row.RequestedAt,
        ExpiresAt = row.ExpiresAt,
        Binding = row.Status == ApprovalStatus.Open ? ApprovalBinding.Of(row.Tenant, row.RunId, RequestOf(row)) : null,
        Request = Payload.FromUtf8(row.Request),
    };

    /// <summary>The request itself.</summary>
    public static RunEvent.ApprovalRequested RequestOf(ApprovalRow row) =>
        (RunEvent.ApprovalRequested)AosJson.Read<RunEvent>(row.Request.Span);
}
