using Aos.Abstractions.Storage;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Access;
using Aos.Runtime.Runs;

namespace Aos.Server.Api;

/// <summary><c>/v1/runs</c>: begin, list, look at and steer runs.</summary>
internal static class RunsApi
{
    private const string Tag = "runs";
    private const string Run = "/v1/runs/{run_id}";
    private const int WaitSecondsMax = 60;
    private static readonly TimeSpan TakenOnInterval = TimeSpan.FromMilliseconds(200);

    private static readonly Parameter Wait =
        new("wait_seconds", "query", """{"type":"integer","minimum":0,"maximum":60,"default":0}""",
        "Seconds to wait for the run to end, or to wait for somebody.");

    public static IEnumerable<Operation> All =>
    [
        new() { Id = "submit_run", Method = "POST", Path = "/v1/runs", Tag = Tag, Right = Rights.RunsWrite,
            Answer = SubmitAsync,
            Summary = "Begin a run. It is durable when this answers.", Body = "run_submission",
            Result = "run_report", Status = 202,
            TakesKey = true, Parameters = [Parameter.Key, Wait] },
        new() { Id = "list_runs", Method = "GET", Path = "/v1/runs", Tag = Tag, Right = Rights.RunsRead,
            Answer = ListAsync,
            Summary = "List runs, newest first.", Result = "run_page", Parameters =
            [
                new("status", "query", """{"type":"array","items":{"$ref":"#/components/schemas/run_status"}}""",
                    "Only these statuses."),
                new("agent_id", "query", """{"type":"string"}""", "Only runs of this agent."), Parameter.Page,
                Parameter.Cursor,
            ] },
        new() { Id = "get_run", Method = "GET", Path = Run, Tag = Tag, Right = Rights.RunsRead, Answer = GetAsync,
            Summary = "Report a run.", Result = "run_report", Parameters = [Wait] },
        new() { Id = "cancel_run", Method = "POST", Path = Run
            + "/cancel", Tag = Tag, Right = Rights.RunsWrite, Answer = CancelAsync,
            Summary = "Ask a run to stop.", Body = "cancellation", BodyIsOptional = true, Result = "structured_outcome",
            Status = 202, IsAudited = true },
        new() { Id = "replay_run", Method = "POST", Path = Run
            + "/replay", Tag = Tag, Right = Rights.RunsRead, Answer = ReplayAsync,
            Summary = "Replay a run and compare it. `live` calls its skills again, and needs runs:write.",
            Body = "replay_submission",
            BodyIsOptional = true, Result = "replay_report" },
        new() { Id = "fork_run", Method = "POST", Path = Run
            + "/fork", Tag = Tag, Right = Rights.RunsWrite, Answer = ForkAsync,
            Summary = "Go another way from a point of a run, as a new run.", Body = "fork_submission",
            Result = "run_report", Status = 202 },
        new() { Id = "signal_run", Method = "POST", Path = Run
            + "/signals", Tag = Tag, Right = Rights.RunsWrite, Answer = SignalAsync,
            Summary = "Send a run the signal that it waits for.", Body = "signal_submission",
            Result = "structured_outcome", Status = 202 },
        new() { Id = "settle_run", Method = "POST", Path = Run
            + "/settle", Tag = Tag, Right = Rights.RunsWrite, Answer = SettleAsync,
            Summary = "Say what became of a call whose outcome is unknown.", Body = "settlement",
            Result = "structured_outcome", Status = 202, IsAudited = true },
        new() { Id = "release_run", Method = "POST", Path = Run
            + "/release", Tag = Tag, Right = Rights.RunsWrite, Answer = ReleaseAsync,
            Summary = "Let a quarantined or held run go on.", Result = "run_report", Status = 202, IsAudited = true },
        new() { Id = "resume_run", Method = "POST", Path = Run
            + "/resume", Tag = Tag, Right = Rights.RunsWrite, Answer = ResumeAsync,
            Summary = "Go on with a run whose process is gone. One that the server works on is reported as it stands.",
            Result = "run_report", Status = 202 },
        new() { Id = "export_run", Method = "GET", Path = Run
            + "/export", Tag = Tag, Right = Rights.RunsRead, Answer = ExportAsync,
            Summary = "A run as one file that can be verified anywhere.", Produces = "application/octet-stream" },
        new() { Id = "list_queries", Method = "GET", Path = Run
            + "/queries", Tag = Tag, Right = Rights.RunsRead, Answer = QueriesAsync,
            Summary = "The questions that a run can be asked.", Result = "query_names" },
        new() { Id = "query_run", Method = "POST", Path = Run
            + "/queries/{query}", Tag = Tag, Right = Rights.RunsRead, Answer = QueryAsync,
            Summary = "Ask a run a question.", Body = "query_submission", BodyIsOptional = true,
            Result = "structured_outcome" },
    ];

    private static async Task<Reply> SubmitAsync(Call call)
    {
        var request = await RequestAsync(call).ConfigureAwait(false) with { IdempotencyKey = call.Key() };
        var answer = await call.Runtime.SubmitAsync(request, call.Cancel).ConfigureAwait(false);
        if (answer.Value is not { } begun) return new Reply.Refused(call.PlacePlan(answer.Outcome));
        call.Target = begun.RunId.Value;
        var report = await WaitAsync(call, begun).ConfigureAwait(false);
        return Reply.Ok(report, IsEnded(report.Status) ? 200 : 202, location: $"/v1/runs/{begun.RunId}");
    }

    private static async Task<Reply> ListAsync(Call call)
    {
        var limit = call.Number("limit", 1, 1_000, absent: 50);
        var cursor = call.Query("cursor");
        RunId? before = cursor is null ? null : RunId.TryParse(cursor, out var id) ? id
            : throw call.Refuse(ErrorCodes.InvalidArgument, "The cursor is none that this server gave.");
        var answer = await call.Runtime.ListRunsAsync(new RunFilter
        {
            Statuses = [
                .. call.Request.Query["status"].SelectMany(text => (text ?? "").Split(','))
                    .Select(text => StatusOf(call, text))],
            AgentId = call.Query("agent_id"),
            Before = before,
            Limit = limit,
        }, call.Cancel).ConfigureAwait(false);
        return answer.Value is not { } rows ? new Reply.Refused(answer.Outcome) : Reply.Ok(new RunPage
        {
            Items = [.. rows.Select(Summaries.Of)],
            NextCursor = rows.Count == limit ? rows[^1].RunId.Value : null,
        });
    }

    private static async Task<Reply> GetAsync(Call call)
    {
        var answer = await call.Runtime.ReportAsync(call.Route<RunId>("run_id"), call.Cancel).ConfigureAwait(false);
        return answer.Value is { } report
            ? Reply.Ok(await WaitAsync(call, report).ConfigureAwait(false)) : Reply.Of(answer);
    }

    private static async Task<Reply> CancelAsync(Call call)
    {
        var run = call.Route<RunId>("run_id");
        var body = await call.ReadAsync<Cancellation>().ConfigureAwait(false);
        return Reply.Of(
            await call.Runtime.CancelAsync(run, call.Caller.Subject, body.Reason, call.Cancel).ConfigureAwait(false));
    }

    private static async Task<Reply> ReplayAsync(Call call)
    {
        var run = call.Route<RunId>("run_id");
        var mode = (await call.ReadAsync<ReplaySubmission>().ConfigureAwait(false)).Mode ?? "verify";
        if (mode == "live" && !call.Has(Rights.RunsWrite))
            throw call.Refuse(
                ErrorCodes.PermissionDenied, $"A live replay calls skills, and needs the right {Rights.RunsWrite}.");
        return Reply.Of(
            await call.Runtime.ReplayAsync(run, mode, call.Caller.Subject, call.Cancel).ConfigureAwait(false));
    }

    private static async Task<Reply> ForkAsync(Call call)
    {
        var run = call.Route<RunId>("run_id");
        var body = await call.ReadAsync<ForkSubmission>().ConfigureAwait(false);
        var answer = await call.Runtime.ForkAsync(new ForkRequest
        {
            RunId = run,
            Step = body.StepId,
            Seq = body.Seq,
            Edits = [.. body.Edits.Select(edit => new ForkEdit(edit.Path, edit.Value))],
            By = call.Caller.Subject,
            Reason = body.Reason,
        }, call.Cancel).ConfigureAwait(false);
        return Reply.Of(answer, location: answer.Value is { } fork ? $"/v1/runs/{fork.RunId}" : null);
    }

    private static async Task<Reply> SignalAsync(Call call)
    {
        var run = call.Route<RunId>("run_id");
        var body = await call.ReadAsync<SignalSubmission>().ConfigureAwait(false);
        return Reply.Of(
            await call.Runtime.SignalAsync(run, body.Name, body.Data, call.Caller.Subject, body.Key, call.Cancel)
                .ConfigureAwait(false));
    }

    private static async Task<Reply> SettleAsync(Call call)
    {
        var run = call.Route<RunId>("run_id");
        var body = await call.ReadAsync<Settlement>().ConfigureAwait(false);
        if (!body.Happened && body.Result is not null)
            throw call.Refuse(ErrorCodes.InvalidArgument, "/result: a call that did not happen has no result.");
        return Reply.Of(await call.Runtime.SettleAsync(
            run, body.StepId, body.Item, body.Happened, body.Result, call.Caller.Subject, body.Reason, call.Cancel)
                .ConfigureAwait(false));
    }

    private static async Task<Reply> ReleaseAsync(Call call) =>
        Reply.Of(await call.Runtime.BeginReleaseAsync(call.Route<RunId>("run_id"), call.Cancel).ConfigureAwait(false));

    private static async Task<Reply> ResumeAsync(Call call) =>
        Reply.Of(await call.Runtime.BeginResumeAsync(call.Route<RunId>("run_id"), call.Cancel).ConfigureAwait(false));

    private static async Task<Reply> ExportAsync(Call call)
    {
        var run = call.Route<RunId>("run_id");
        var answer = await call.Runtime.ExportAsync(run, call.Cancel).ConfigureAwait(false);
        return answer.Value is { } file ? new Reply.Bytes(file.File, $"{run}.aosrun") : Reply.Of(answer.Outcome);
    }

    private static async Task<Reply> QueriesAsync(Call call)
    {
        var answer = await call.Runtime.ReportAsync(call.Route<RunId>("run_id"), call.Cancel).ConfigureAwait(false);
        return answer.Value is null
            ? new Reply.Refused(answer.Outcome) : Reply.Ok(new QueryNames { Items = [.. AosRuntime.Queries] });
    }

    private static async Task<Reply> QueryAsync(Call call)
    {
        var run = call.Route<RunId>("run_id");
        var body = await call.ReadAsync<QuerySubmission>().ConfigureAwait(false);
        return Reply.Of(
            await call.Runtime.QueryAsync(run, call.Route("query"), body.Arguments, call.Cancel).ConfigureAwait(false));
    }

    /// <summary>What a submission asks for.</summary>
    public static async Task<RunRequest> RequestAsync(Call call) =>
        await call.RequestAsync(await call.ReadSubmissionAsync<RunSubmission>().ConfigureAwait(false))
            .ConfigureAwait(false);

    private static Task<RunReport> WaitAsync(Call call, RunReport report) =>
        WaitAsync(call, report, call.Number("wait_seconds", 0, WaitSecondsMax, absent: 0));

    /// <summary>A run as it stands once it has ended or waits for somebody, or after so many seconds.</summary>
    public static async Task<RunReport> WaitAsync(Acting call, RunReport report, int seconds)
    {
        if (seconds == 0 || IsEnded(report.Status)) return report;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(call.Cancel, call.Server.Closing);
        enough.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            while (true)
            {
                var followed = await call.Runtime.FollowAsync(report.RunId, enough.Token).ConfigureAwait(false);
                if (followed.Value is not { Status: RunStatus.Running }) return followed.Value ?? report;
                // Its process is gone, and a server takes it on in a moment.
                await Task.Delay(TakenOnInterval, call.Server.Time, enough.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!call.Cancel.IsCancellationRequested)
        {
            return (await call.Runtime.ReportAsync(report.RunId, call.Cancel).ConfigureAwait(false)).Value ?? report;
        }
    }

    private static bool IsEnded(RunStatus status) =>
        status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled;

    private static RunStatus StatusOf(Call call, string text) =>
        Enum.GetValues<RunStatus>().Cast<RunStatus?>().FirstOrDefault(status => Words.Snake(status!.Value) == text)
            ?? throw call.Refuse(ErrorCodes.InvalidArgument,
                $"There is no status '{text}'; there "
                    + $"are {string.Join(", ", Enum.GetValues<RunStatus>().Select(Words.Snake))}.");
}
