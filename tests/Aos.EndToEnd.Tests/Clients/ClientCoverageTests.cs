using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aos.Client;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Api;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.EndToEnd.Tests.Infrastructure;
using Aos.EndToEnd.Tests.Servers;
using Reply = Aos.EndToEnd.Tests.Infrastructure.Reply;

namespace Aos.EndToEnd.Tests.Clients;

/// <summary>The client against the description of the API, by way of a server.</summary>
public sealed class ClientCoverageTests : ServerTest
{
    private protected override Server.Settings.ServerSettings Settings =>
        base.Settings with { WebhookNetwork = ["127.0.0.1"], RatePerSecond = 0 };

    private readonly List<string> _covered = [];
    private readonly List<string> _used = [];
    private readonly Recorder _recorder = new();
    private HttpClient _sender = null!;
    private JsonElement _document;
    private AosClient _client = null!;

    [Fact]
    public async Task Every_operation_of_the_description_has_a_method_whose_answer_is_read()
    {
        using var sender = _sender = new HttpClient(_recorder);
        using var client = _client =
            new AosClient(sender, new AosClientOptions { Server = new Uri(Address), Key = Admin }, TimeProvider.System);
        _document = JsonDocument.Parse((await client.OpenApiAsync(Cancel)).Value!).RootElement;
        World.On("/ok", _ => new Reply(200)).On("/bad", _ => new Reply(404));
        await ServerAsync();
        await DocumentsAsync();
        await IdentityAsync();
        var run = await RunsAsync();
        await ApprovalsAsync();
        await WorkAsync();
        await StatisticsAsync();
        await EndAsync(run);
        await WebhooksAsync();

        Assert.Empty(Operations().Select(operation => operation.Id).Except(_covered));
        // What waits by asking again is no operation of its own.
        Assert.Empty(Methods().Except(_used).Except([nameof(AosClient.FollowAsync)]));
    }

    private async Task ServerAsync()
    {
        await IsAsync("openapi", nameof(AosClient.OpenApiAsync), _client.OpenApiAsync(Cancel));
        Assert.Equal(
            "ok", (await IsAsync("health", nameof(AosClient.HealthAsync), _client.HealthAsync(Cancel))).Status);
        Assert.Equal("ok", (await IsAsync("ready", nameof(AosClient.ReadyAsync), _client.ReadyAsync(Cancel))).Status);
        await IsAsync("metrics", nameof(AosClient.MetricsAsync), _client.MetricsAsync(Cancel));
        Assert.Equal(
            "local", (await IsAsync("whoami", nameof(AosClient.WhoAmIAsync), _client.WhoAmIAsync(Cancel))).Tenant);
    }

    private async Task DocumentsAsync()
    {
        var clerk = AosJson.Read<AgentProfile>("""{"agent_id":"clerk"}"""u8);
        var put = await IsAsync(
            "put_agent", nameof(AosClient.PutAgentAsync), _client.PutAgentAsync(clerk, Condition.Absent, Cancel));
        Assert.Equal(
            "PRECONDITION_FAILED", (await _client.PutAgentAsync(clerk, Condition.Absent, Cancel)).Outcome.Code.Value);
        var found =
            await IsAsync("get_agent", nameof(AosClient.FindAgentAsync), _client.FindAgentAsync("clerk", Cancel));
        Assert.Equal((clerk, put.ETag), (found.Value, found.ETag));
        Assert.Equal(
            "clerk",
            Assert.Single(
                (await IsAsync(
                    "list_agents", nameof(AosClient.ListAgentsAsync),
                    _client.ListAgentsAsync(null, 10, Cancel))).Items).AgentId);
        Assert.Equal(
            "PRECONDITION_FAILED",
            (await _client.RemoveAgentAsync("clerk", Condition.Unchanged("\"9-0\""), Cancel)).Code.Value);
        await IsAsync(
            "delete_agent", nameof(AosClient.RemoveAgentAsync),
            _client.RemoveAgentAsync("clerk", Condition.Unchanged(put.ETag!), Cancel));

        var policy = Quiet;
        var kept = await IsAsync(
            "put_policy", nameof(AosClient.PutPolicyAsync), _client.PutPolicyAsync(policy, default, Cancel));
        Assert.Equal(
            kept, await IsAsync(
                "get_policy", nameof(AosClient.FindPolicyAsync), _client.FindPolicyAsync("quiet", Cancel)));
        Assert.Equal(
            policy,
            Assert.Single(
                (await IsAsync(
                    "list_policies", nameof(AosClient.ListPoliciesAsync), _client.ListPoliciesAsync(Cancel))).Items));
        Assert.Equal(
            "quiet",
            (await IsAsync("what_if", nameof(AosClient.WhatIfAsync), _client.WhatIfAsync(policy, 5, Cancel))).Policy);
        await IsAsync(
            "delete_policy", nameof(AosClient.RemovePolicyAsync), _client.RemovePolicyAsync("quiet", default, Cancel));

        var limits = AosJson.Read<TenantProfile>("""{"budget":{"per_day_cents":500}}"""u8);
        await IsAsync("put_tenant", nameof(AosClient.PutTenantAsync), _client.PutTenantAsync(limits, default, Cancel));
        Assert.Equal(
            500, (await IsAsync(
                "get_tenant", nameof(AosClient.FindTenantAsync),
                _client.FindTenantAsync(Cancel))).Value.Budget!.PerDay!.Value.Cents);
        await IsAsync("get_budget", nameof(AosClient.BudgetAsync), _client.BudgetAsync("clerk", Cancel));
    }

    private async Task IdentityAsync()
    {
        var made = await IsAsync("create_key", nameof(AosClient.CreateKeyAsync),
            _client.CreateKeyAsync(new ApiKeySubmission { Name = "one", Roles = ["viewer"] }, Cancel));
        Assert.Contains(
            made.Info,
            (await IsAsync("list_keys", nameof(AosClient.ListKeysAsync), _client.ListKeysAsync(Cancel))).Items);
        var other = await IsAsync(
            "rotate_key", nameof(AosClient.RotateKeyAsync),
            _client.RotateKeyAsync(made.Info.KeyId, new KeyRotation(), Cancel));
        Assert.NotNull(
            (await IsAsync(
                "revoke_key", nameof(AosClient.RevokeKeyAsync),
                _client.RevokeKeyAsync(other.Info.KeyId, Cancel))).RevokedAt);
        Assert.NotEmpty(
            (await IsAsync(
                "list_audit", nameof(AosClient.ListAuditAsync), _client.ListAuditAsync(null, 100, Cancel))).Items);
    }

    private async Task WebhooksAsync()
    {
        World.On("/hook", number => new Reply(number == 1 ? 410 : 200));
        var made = await IsAsync("create_webhook", nameof(AosClient.CreateWebhookAsync),
            _client.CreateWebhookAsync(
                new WebhookSubmission { Url = World.Url("/hook"), Events = ["run.completed"] }, Cancel));
        var id = made.Info.WebhookId;
        Assert.StartsWith("whsec_", made.Secret, StringComparison.Ordinal);
        Assert.Equal(
            made.Info,
            await IsAsync("get_webhook", nameof(AosClient.FindWebhookAsync), _client.FindWebhookAsync(id, Cancel)));
        Assert.Equal(
            made.Info,
            Assert.Single(
                (await IsAsync(
                    "list_webhooks", nameof(AosClient.ListWebhooksAsync), _client.ListWebhooksAsync(Cancel))).Items));
        await RunAsync(Submission(Transform("t")));
        var dead = await UntilAsync(() => IsAsync("list_deliveries", nameof(AosClient.ListDeliveriesAsync),
            _client.ListDeliveriesAsync(id, true, null, 10, Cancel)), page => !page.Items.IsEmpty);
        Assert.Null(
            (await IsAsync(
                "enable_webhook", nameof(AosClient.EnableWebhookAsync),
                _client.EnableWebhookAsync(id, Cancel))).DisabledAt);
        var rotated = await IsAsync("rotate_webhook", nameof(AosClient.RotateWebhookAsync),
            _client.RotateWebhookAsync(id, new WebhookRotation { OverlapMinutes = 5 }, Cancel));
        Assert.NotEqual(made.Secret, rotated.Secret);
        Assert.NotNull(rotated.Info.PreviousSecretUntil);
        Assert.Equal("pending", (await IsAsync("replay_delivery", nameof(AosClient.ReplayDeliveryAsync),
            _client.ReplayDeliveryAsync(id, dead.Items[0].MessageId, Cancel))).Status);
        await IsAsync("delete_webhook", nameof(AosClient.RemoveWebhookAsync), _client.RemoveWebhookAsync(id, Cancel));
    }

    private async Task<RunId> RunsAsync()
    {
        var hears = """{ "id": "hear", "wait": { "signal": "go" } }""";
        var begun = await IsAsync(
            "submit_run", nameof(AosClient.SubmitAsync),
            _client.SubmitAsync(Read(Submission(Call("get", "/ok"), hears)), "key-1", Cancel));
        var run = begun.RunId;
        Assert.Equal(
            run, (await _client.SubmitAsync(
                Read(Submission(Call("get", "/ok"), hears)), "key-1", Cancel)).Value!.RunId);
        Assert.Equal(WaitReason.Signal, (await _client.FollowAsync(run, Cancel)).Value!.WaitingFor);
        Assert.Equal(
            run, (await IsAsync("get_run", nameof(AosClient.ReportAsync), _client.ReportAsync(run, Cancel))).RunId);
        Assert.Equal(
            run, (await IsAsync("resume_run", nameof(AosClient.ResumeAsync), _client.ResumeAsync(run, Cancel))).RunId);
        await IsAsync(
            "tighten_run", nameof(AosClient.TightenAsync), _client.TightenAsync(run, Quiet, "incident", Cancel));
        await IsAsync("signal_run", nameof(AosClient.SignalAsync),
            _client.SignalAsync(run, new SignalSubmission { Name = SignalName.Parse("go"), Key = "a/b" }, Cancel));
        var streamed =
            await AllAsync("stream_events", nameof(AosClient.EventsAsync), _client.EventsAsync(run, 0, Cancel));
        Assert.IsType<RunEvent.RunEnded>(streamed[^1].Event);
        var traced = await AllAsync("trace_run", nameof(AosClient.TraceAsync), _client.TraceAsync(run, 2, Cancel));
        Assert.Equal(streamed.Skip(2).Select(line => line.ToJson()), traced.Select(line => line.ToJson()));
        Assert.Empty(await ToListAsync(_client.EventsAsync(run, streamed[^1].Seq, Cancel)));

        var page = await IsAsync(
            "list_runs", nameof(AosClient.ListRunsAsync),
            _client.ListRunsAsync([RunStatus.Completed, RunStatus.Failed], "tester", null, 5, Cancel));
        Assert.Equal(run, Assert.Single(page.Items).RunId);
        Assert.True(
            (await IsAsync(
                "replay_run", nameof(AosClient.ReplayAsync),
                _client.ReplayAsync(run, new ReplaySubmission(), Cancel))).Parity);
        Assert.NotEqual(
            run, (await IsAsync(
                "fork_run", nameof(AosClient.ForkAsync),
                _client.ForkAsync(run, new ForkSubmission { Seq = 1 }, Cancel))).RunId);
        Assert.Contains(
            "remaining_budget_cents",
            (await IsAsync(
                "list_queries", nameof(AosClient.ListQueriesAsync), _client.ListQueriesAsync(run, Cancel))).Items);
        await IsAsync(
            "query_run", nameof(AosClient.QueryAsync), _client.QueryAsync(run, "remaining_budget_cents", null, Cancel));
        Assert.NotEmpty(await IsAsync("export_run", nameof(AosClient.ExportAsync), _client.ExportAsync(run, Cancel)));
        return run;
    }

    private async Task ApprovalsAsync()
    {
        // Whoever began a run approves none of its calls.
        var other = await KeyAsync("admin");
        foreach (var approves in (bool[])[true, false])
        {
            var run =
                IdOf(await RunAsync(Submission(Call("pay", "/ok", "\"approval\": { \"role\": \"operator\" }")), other));
            var open = Assert.Single(
                (await IsAsync(
                    "list_approvals", nameof(AosClient.ListApprovalsAsync),
                    _client.ListApprovalsAsync(false, Cancel))).Items, one => one.RunId == run);
            Assert.Equal(
                open, await IsAsync(
                    "get_approval", nameof(AosClient.FindApprovalAsync),
                    _client.FindApprovalAsync(open.ApprovalId, Cancel)));
            var decision = new Decision { Reason = "seen", Binding = open.Binding };
            if (approves)
                await IsAsync(
                    "approve", nameof(AosClient.ApproveAsync), _client.ApproveAsync(open.ApprovalId, decision, Cancel));
            else
                await IsAsync(
                    "reject", nameof(AosClient.RejectAsync), _client.RejectAsync(open.ApprovalId, decision, Cancel));
            Assert.Equal(
                approves ? RunStatus.Completed : RunStatus.Failed,
                (await _client.FollowAsync(run, Cancel)).Value!.Status);
        }
    }

    private async Task WorkAsync()
    {
        var run = Read(Submission(Transform("t")));
        Assert.True(
            (await IsAsync("simulate", nameof(AosClient.SimulateAsync), _client.SimulateAsync(run, Cancel))).Feasible);
        var trials =
            await IsAsync("simulate_budgets", nameof(AosClient.SimulateBudgetsAsync), _client.SimulateBudgetsAsync(
            new BudgetQuestion { Run = run, Budgets = [Cents(1), Cents(7)] }, Cancel));
        Assert.Equal([1, 7], trials.Items.Select(trial => trial.Budget.Cents));
        await IsAsync("validate_plan", nameof(AosClient.ValidateAsync), _client.ValidateAsync(run, Cancel));
        await IsAsync(
            "validate_plan", nameof(AosClient.ValidateTextAsync),
            _client.ValidateTextAsync(AosJson.Write(run), Cancel));
        var text = "{\n  \"plan\": { \"steps\": [],\n  \"nonsense\": 1 } }"u8.ToArray();
        var mistake = Assert.Single(
            (await _client.ValidateTextAsync(text, Cancel)).Failure!.Details, one => one.Pointer == "/plan/nonsense");
        Assert.Equal((3, 15), (mistake.Line, mistake.Column));
        var called = await IsAsync("execute", nameof(AosClient.ExecuteAsync), _client.ExecuteAsync(new SkillCall
        {
            Skill = SkillRef.Parse("json_transform@1"),
            Input = Payload.FromUtf8("""{"data":{"a":1},"expression":"a"}"""u8.ToArray()),
        }, "key-2", Cancel));
        Assert.Equal(1, called.Result!.Element.GetProperty("value").GetInt32());
        Assert.Contains(
            (await IsAsync("list_skills", nameof(AosClient.ListSkillsAsync), _client.ListSkillsAsync(Cancel))).Items,
            skill => skill.Name.Value == "http_call");
        await IsAsync(
            "describe_skill", nameof(AosClient.DescribeSkillAsync),
            _client.DescribeSkillAsync("http_call@^1.0.0", Cancel));
    }

    private async Task StatisticsAsync()
    {
        await _client.FollowAsync(
            (await _client.SubmitAsync(Read(Submission(Call("bad", "/bad"))), null, Cancel)).Value!.RunId, Cancel);
        Assert.NotEmpty(
            (await IsAsync(
                "list_failures", nameof(AosClient.ListFailuresAsync), _client.ListFailuresAsync(Cancel))).Entries);
        Assert.Single(
            (await IsAsync(
                "get_failure", nameof(AosClient.FindFailureAsync),
                _client.FindFailureAsync(ErrorCode.Parse("TIMEOUT"), Cancel))).Entries);
        await IsAsync("list_recovery", nameof(AosClient.RecoveryAsync), _client.RecoveryAsync(Cancel));
        var failed = await AllAsync(
            "list_failed_attempts", nameof(AosClient.FailedAttemptsAsync), _client.FailedAttemptsAsync(10, Cancel));
        Assert.Equal("bad", Assert.Single(failed).StepId.Value);
        Assert.NotEmpty(
            (await IsAsync(
                "get_calibration", nameof(AosClient.CalibrationAsync), _client.CalibrationAsync(10, Cancel))).Skills);
    }

    // These are refused for a run that has ended: the refusal is the outcome that the library gives.
    private async Task EndAsync(RunId run)
    {
        await RefusedAsync(
            "cancel_run", nameof(AosClient.CancelAsync),
            _client.CancelAsync(run, new Cancellation { Reason = "late" }, Cancel));
        await RefusedAsync(
            "settle_run", nameof(AosClient.SettleAsync),
            _client.SettleAsync(run, new Settlement { StepId = StepId.Parse("get"), Happened = true }, Cancel));
        var released = await _client.ReleaseAsync(run, Cancel);
        await RefusedAsync("release_run", nameof(AosClient.ReleaseAsync), Task.FromResult(released.Outcome));
        Assert.Null(released.Value);
    }

    private static Policy Quiet => AosJson.Read<Policy>("""
        {"policy":"quiet","version":1,"rules":[{"id":"no_posts","verdict":"deny","match":{"skills":["http_call"],"methods":["POST"]}}]}
        """u8);

    private static Money Cents(decimal cents) =>
        Money.TryFromCents(cents, out var money) ? money : throw new ArgumentOutOfRangeException(nameof(cents));

    private static RunSubmission Read(string submission) =>
        AosJson.Read<RunSubmission>(System.Text.Encoding.UTF8.GetBytes(submission));

    private async Task<T> IsAsync<T>(string operation, string method, Task<Answer<T>> call) where T : class
    {
        var answer = await call;
        Cover(operation, method);
        Assert.True(answer.Value is not null, $"{method}: {answer.Outcome.Code}: {answer.Outcome.Message}");
        Assert.Equal(OutcomeStatus.Success, answer.Outcome.Status);
        return answer.Value;
    }

    private async Task<StructuredOutcome> IsAsync(string operation, string method, Task<StructuredOutcome> call)
    {
        var outcome = await call;
        Cover(operation, method);
        Assert.True(outcome.Status == OutcomeStatus.Success, $"{method}: {outcome.Code}: {outcome.Message}");
        return outcome;
    }

    private async Task RefusedAsync(string operation, string method, Task<StructuredOutcome> call)
    {
        var outcome = await call;
        Cover(operation, method);
        Assert.Equal(("INVALID_ARGUMENT", OutcomeStatus.Failure), (outcome.Code.Value, outcome.Status));
    }

    private async Task<List<T>> AllAsync<T>(string operation, string method, IAsyncEnumerable<T> items)
    {
        var list = await ToListAsync(items);
        Cover(operation, method);
        return list;
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items) list.Add(item);
        return list;
    }

    // What was sent last is the operation that the description has under this name.
    private void Cover(string operation, string method)
    {
        var (sentMethod, path) = _recorder.Last;
        var matches = Operations().Where(known => known.Method == sentMethod && known.Path.IsMatch(path))
            .Select(known => known.Id).ToList();
        Assert.True(
            matches.Contains(operation),
            $"{method} sent {sentMethod} {path}, which is {string.Join(", ", matches)} and not {operation}");
        _covered.Add(operation);
        _used.Add(method);
    }

    private IEnumerable<(string Id, string Method, Regex Path)> Operations() =>
        from path in _document.At("paths").EnumerateObject()
        from method in path.Value.EnumerateObject()
        select (method.Value.Text("operationId"), method.Name.ToUpperInvariant(),
            new Regex(
                "^" + string.Join(
                    '/', path.Name.Split('/').Select(part => part.StartsWith('{') ? "[^/]+" : Regex.Escape(part)))
                        + "$", RegexOptions.None, TimeSpan.FromSeconds(1)));

    private static IEnumerable<string> Methods() => typeof(AosClient)
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(method => !method.IsSpecialName && method.Name != nameof(AosClient.Dispose))
        .Select(method => method.Name);

    private sealed class Recorder() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly ConcurrentStack<(string, string)> _sent = new();

        public (string Method, string Path) Last => _sent.TryPeek(out var last) ? last : default;

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _sent.Push((request.Method.Method, request.RequestUri!.AbsolutePath));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
