using Aos.EndToEnd.Tests.Infrastructure;
using Aos.Server.Api;
using Aos.Server.Settings;
using Reply = Aos.EndToEnd.Tests.Infrastructure.Reply;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>Who may ask what, and whose it is.</summary>
public sealed class IdentityTests : ServerTest
{
    private Func<ServerSettings, ServerSettings> _change = settings => settings;

    private protected override ServerSettings Settings => _change(base.Settings);

    private async Task RestartAsync(Func<ServerSettings, ServerSettings> change)
    {
        _change = change;
        Http.Dispose();
        await Running.DisposeAsync();
        await StartAsync();
    }

    // Written by hand, apart from the server's own table: what each role may do.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["viewer"] =
        [
            "whoami", "metrics", "list_runs", "get_run", "trace_run", "stream_events", "export_run", "list_queries",
            "query_run", "replay_run", "simulate",
            "validate_plan", "list_skills", "describe_skill", "list_failures", "get_failure", "list_approvals",
            "get_approval", "list_agents", "get_agent", "list_policies",
            "get_policy", "what_if", "get_budget", "get_tenant", "list_recovery", "list_failed_attempts",
            "get_calibration", "simulate_budgets",
        ],
        ["approver"] = ["approve", "reject"],
        ["operator"] = [
            "approve", "reject", "submit_run", "cancel_run", "fork_run", "signal_run", "settle_run", "release_run",
            "resume_run", "execute"],
        ["admin"] =
        [
            "approve", "reject", "submit_run", "cancel_run", "fork_run", "signal_run", "settle_run", "release_run",
            "resume_run", "execute", "put_agent",
            "delete_agent", "put_policy", "delete_policy", "tighten_run", "put_tenant", "list_keys", "create_key",
            "revoke_key", "rotate_key", "list_audit",
            "list_webhooks", "create_webhook", "get_webhook", "enable_webhook", "rotate_webhook", "delete_webhook",
            "list_deliveries", "replay_delivery",
        ],
    };

    private static bool May(string role, string operation) =>
        Allowed[role].Contains(operation) || Allowed["viewer"].Contains(operation);

    [Fact]
    public async Task Every_operation_holds_to_its_right_for_every_role_and_shows_no_tenant_what_another_has()
    {
        var mine = await ThingsAsync("mine");
        var theirs = await ThingsAsync("theirs");
        foreach (var operation in Catalogue.Operations)
        {
            var anonymous = await AskAsync(operation, mine, null);
            if (operation.Right is null)
            {
                Assert.NotEqual(401, anonymous.Status);
                continue;
            }
            Assert.True(anonymous.Status == 401, $"{operation.Id} without a key: {anonymous.Status}");
            foreach (var role in Allowed.Keys)
            {
                var key = await KeyAsync(role, "mine");
                var foreign = await AskAsync(operation, theirs, key, isForeign: true);
                var own = await AskAsync(operation, mine, key);
                var forbidden = own.Status == 403 && own.Json.Text("code") == "PERMISSION_DENIED";
                Assert.True(forbidden != May(role, operation.Id), $"{operation.Id} as {role}: {own.Status} {own.Text}");
                if (operation.Path.Contains("{run_id}") || operation.Path.Contains("{approval_id}")
                    || operation.Path.Contains("{key_id}") || operation.Path.Contains("{webhook_id}")
                    || operation.Path.Contains("{agent_id}") || operation.Path.Contains("{policy}"))
                    Assert.True(
                        foreign.Status is 404 or 403 || operation.Id is "put_agent" or "put_policy",
                        $"{operation.Id} as {role} on another tenant's: {foreign.Status} {foreign.Text}");
                Assert.DoesNotContain(
                    "theirs-secret", foreign.Text.Replace($"'{theirs.Agent}'", "", StringComparison.Ordinal) + own.Text,
                    StringComparison.Ordinal);
            }
        }
        Assert.Equal(
            "waiting",
            (await GetAsync($"/v1/runs/{theirs.Run}", await KeyAsync("admin", "theirs"))).Json.Text("status"));
    }

    private sealed record Things(string Run, string Approval, string Key, string Agent, string Webhook);

    // A run that waits for approval, a key and a profile of a tenant.
    private async Task<Things> ThingsAsync(string tenant)
    {
        var admin = await KeyAsync("admin", tenant);
        var report = await RunAsync(
            Submission(Call("pay", $"/{tenant}-secret", "\"approval\": { \"role\": \"operator\" }")), admin);
        var approval = (await GetAsync("/v1/approvals", admin)).Is(200).Json.At("items")[0].Text("approval_id");
        var key = (await PostAsync("/v1/keys", $$"""{"name":"{{tenant}}-secret","roles":["viewer"]}""", admin)).Is(
            201).Json.Text("info/key_id");
        var agent = $"{tenant}-secret";
        (await SendAsync("PUT", $"/v1/agents/{agent}", $$"""{ "agent_id": "{{agent}}" }""", admin)).Is(201);
        (await SendAsync(
            "PUT", $"/v1/policies/{agent}", $$"""{"policy":"{{agent}}","version":1,"default":"deny","scope":"named"}""",
            admin)).Is(201);
        (await SendAsync("PUT", "/v1/tenant", $$"""{"budget":{"per_day_cents":{{tenant.Length}} } }""", admin)).Is(201);
        var webhook =
            (await PostAsync("/v1/webhooks", $$"""{ "url": "https://192.0.2.1/{{tenant}}-secret" }""", admin)).Is(
                201).Json.Text("info/webhook_id");
        return new Things(report.Text("run_id"), approval, key, agent, webhook);
    }

    private Task<Answered> AskAsync(Operation operation, Things things, string? key, bool isForeign = false)
    {
        var path = operation.Path.Replace("{run_id}", things.Run).Replace("{approval_id}", things.Approval)
            .Replace("{key_id}", things.Key)
            .Replace("{webhook_id}", things.Webhook).Replace("{message_id}", "msg_0")
            .Replace("{agent_id}", things.Agent).Replace("{policy}", things.Agent).Replace("{skill}", "http_call")
            .Replace("{code}", "TIMEOUT").Replace("{query}", "remaining_budget_cents");
        // What would change the things that are asked about has a body that is refused; what is another tenant's is
        // asked for in earnest.
        var body = operation.Id switch
        {
            "put_agent" => $$"""{ "agent_id": "{{things.Agent}}", "nonsense": 1 }""",
            "query_run" or "replay_run" => "{}",
            "simulate" or "validate_plan" => """{ "goal": "" }""",
            "fork_run" when isForeign => """{ "seq": 1 }""",
            "signal_run" when isForeign => """{ "name": "go" }""",
            "settle_run" when isForeign => """{ "step_id": "pay", "happened": true }""",
            "tighten_run" when isForeign => """{ "policy": { "policy": "none", "version": 1, "default": "deny" } }""",
            _ when isForeign && operation.BodyIsOptional => null,
            _ => operation.Body is null ? null : "{ \"nonsense\": 1 }",
        };
        // A stream of a run that waits has no end.
        if (operation.Id == "stream_events" && !isForeign) path = path.Replace(things.Run, "run_00000000");
        if (operation.Id == "delete_webhook" && !isForeign) path = path.Replace(things.Webhook, "wh_0000000000000000");
        if (operation.Id == "revoke_key" && !isForeign) path = path.Replace(things.Key, "000000000000");
        return operation.Id is "delete_agent" or "delete_policy"
            ? SendAsync(operation.Method, path, null, key, ("If-Match", "\"0\""))
            : SendAsync(operation.Method, path, body, key);
    }

    [Theory]
    [InlineData("/secrets", """ "secrets": ["PAYMENTS"] """)]
    [InlineData(
        "/models/m/api_key",
        """ "models": {"m":{"provider":"anthropic","model":"claude-x","api_key":{"$secret":"PAYMENTS"}}} """)]
    [InlineData(
        "/models/m/script", """ "models": {"m":{"provider":"scripted","model":"any","script":"answers.json"}} """)]
    [InlineData("/planner", """ "planner": {"id":"claude"} """)]
    [InlineData("/config/token", """ "config": {"token":{"$secret":"PAYMENTS"}} """)]
    public async Task A_profile_of_another_tenant_uses_no_secret_and_no_file_of_the_server(string place, string member)
    {
        var profile = $$"""{ "agent_id": "guest", {{member}} }""";
        var plan = $$"""{ "steps": [ {{Transform("t")}} ] }""";
        var sent = $$"""{ "plan": {{plan}}, "profile": {{profile}} }""";
        var called = $$"""{ "skill": "json_transform@1", "profile": {{profile}} }""";
        var named = $$"""{ "plan": {{plan}}, "agent_id": "guest" }""";
        var guest = await KeyAsync("admin", "guests");
        (await SendAsync("PUT", "/v1/agents/guest", profile, guest)).Is(201);

        foreach (var (path, body) in ((string, string)[])[
            ("/v1/runs", sent), ("/v1/runs", named), ("/v1/simulate", named), ("/v1/execute", called)])
        {
            var refused = (await PostAsync(path, body, guest)).Is(403).Json;
            Assert.Equal("PERMISSION_DENIED", refused.Text("code"));
            Assert.StartsWith(place + ": ", refused.Text("detail"), StringComparison.Ordinal);
        }
        Assert.Empty((await GetAsync("/v1/runs", guest)).Is(200).Json.At("items").EnumerateArray());

        // The server's own tenant is not refused for that, whatever else there is to say.
        Assert.DoesNotContain(
            "of this server belong", (await PostAsync("/v1/simulate", sent)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_over_HTTP_brings_its_planning_rules_along_and_names_no_file()
    {
        const string beside = """{ "agent_id": "ruled", "planner": { "id": "rule", "rules": "rules.json" } }""";
        const string inline = """
            { "agent_id": "ruled", "skills": ["json_transform@1"], "planner": { "id": "rule", "rules": { "version": "1", "rules": [
              { "id": "hello", "pattern": "^say hello$", "plan": { "steps": [
                { "id": "say", "skill": "json_transform@1", "input": { "data": {"a":"hello"}, "expression": "a" } } ] } } ] } } }
            """;
        var kept = (await SendAsync("PUT", "/v1/agents/ruled", beside, Admin)).Is(422).Json;
        Assert.Equal(
            ("INVALID_PROFILE", "/planner/rules"), (kept.Text("code"), kept.Text("outcome/failure/details/0/pointer")));
        foreach (var path in (string[])["/v1/runs", "/v1/simulate", "/v1/execute"])
        {
            var what = path == "/v1/execute" ? """ "skill": "json_transform@1" """ : """ "goal": "say hello" """;
            var sent = (await PostAsync(path, $$"""{ {{what}}, "profile": {{beside}} }""")).Is(422).Json;
            Assert.Equal(
                ("INVALID_PROFILE", "/profile/planner/rules"),
                (sent.Text("code"), sent.Text("outcome/failure/details/0/pointer")));
            Assert.Contains("rules.json", sent.Text("detail"), StringComparison.Ordinal);
        }
        Assert.Empty((await GetAsync("/v1/runs")).Json.At("items").EnumerateArray());

        Assert.Equal(
            "completed", (await RunAsync($$"""{ "goal": "say hello", "profile": {{inline}} }""")).Text("status"));
        (await SendAsync("PUT", "/v1/agents/ruled", inline, Admin)).Is(201);
        Assert.Equal("completed", (await RunAsync("""{ "goal": "say hello", "agent_id": "ruled" }""")).Text("status"));
        var broken = inline.Replace("^say hello$", "(", StringComparison.Ordinal);
        Assert.Equal(
            "/planner/rules/rules/0/pattern", (await SendAsync("PUT", "/v1/agents/ruled", broken, Admin)).Is(422).Json
            .Text("outcome/failure/details/0/pointer"));
    }

    [Fact]
    public async Task A_key_is_shown_once_kept_as_a_hash_and_found_by_its_checksum()
    {
        var made =
            (await PostAsync("/v1/keys", """{"name":"ci","roles":["operator"],"expires_in_days":1}""")).Is(201).Json;
        var key = made.Text("key");
        Assert.Matches("^aos_[0-9a-z]{12}_[0-9a-z]{58}$", key);
        Assert.StartsWith($"aos_{made.Text("info/key_id")}_", key, StringComparison.Ordinal);
        Assert.Equal(
            $"key:{made.Text("info/key_id")}", (await GetAsync("/v1/whoami", key)).Is(200).Json.Text("subject"));
        var listed = (await GetAsync("/v1/keys")).Is(200).Text;
        Assert.DoesNotContain(key[20..], listed, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Settings.Data, "aos.db*"))
            Assert.DoesNotContain(
                key[17..], System.Text.Encoding.Latin1.GetString(await ReadAsync(file)), StringComparison.Ordinal);
        for (var i = 4; i < key.Length; i += 7)
            (await GetAsync("/v1/whoami", key[..i] + (key[i] == 'a' ? 'b' : 'a') + key[(i + 1)..])).Is(401);
    }

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory, Cancel);
        return memory.ToArray();
    }

    [Fact]
    public async Task A_key_ends_when_it_is_revoked_and_is_replaced_when_it_is_rotated()
    {
        var made = (await PostAsync("/v1/keys", """{"name":"ci","roles":["viewer"]}""")).Json;
        var (key, id) = (made.Text("key"), made.Text("info/key_id"));
        var next = (await PostAsync($"/v1/keys/{id}/rotate", """{"overlap_minutes":5}""")).Is(201).Json;
        (await GetAsync("/v1/whoami", key)).Is(200);
        Assert.Equal("viewer", (await GetAsync("/v1/whoami", next.Text("key"))).Is(200).Json.Text("roles/0"));
        (await SendAsync("DELETE", $"/v1/keys/{id}", null, Admin)).Is(200);
        (await GetAsync("/v1/whoami", key)).Is(401);
        var last = (await PostAsync($"/v1/keys/{next.Text("info/key_id")}/rotate", null)).Is(201).Json;
        (await GetAsync("/v1/whoami", next.Text("key"))).Is(401);
        (await GetAsync("/v1/whoami", last.Text("key"))).Is(200);
        Assert.Equal("UNKNOWN_KEY", (await PostAsync($"/v1/keys/{id}/rotate", null)).Is(404).Json.Text("code"));
    }

    [Fact]
    public async Task Scopes_narrow_a_key_and_nobody_makes_a_key_that_may_more()
    {
        var narrow = await KeyAsync("admin", "local", "keys:write");
        (await GetAsync("/v1/runs", narrow)).Is(403);
        (await GetAsync("/v1/keys", narrow)).Is(200);
        Assert.Equal(
            "PERMISSION_DENIED",
            (await PostAsync("/v1/keys", """{"name":"x","roles":["admin"]}""", narrow)).Is(403).Json.Text("code"));
        (await PostAsync("/v1/keys", """{"name":"x","roles":["admin"],"scopes":["keys:write"]}""", narrow)).Is(201);
        Assert.Equal(
            "INVALID_ARGUMENT",
            (await PostAsync("/v1/keys", """{"name":"x","roles":["admin"],"scopes":["all"]}""")).Is(
                400).Json.Text("code"));

        // The replacement of a greater key would be one.
        var mine = (await GetAsync("/v1/whoami")).Json.Text("subject")["key:".Length..];
        Assert.Equal(
            "PERMISSION_DENIED", (await PostAsync($"/v1/keys/{mine}/rotate", null, narrow)).Is(403).Json.Text("code"));
        (await GetAsync("/v1/whoami")).Is(200);
        var own = (await GetAsync("/v1/whoami", narrow)).Json.Text("subject")["key:".Length..];
        (await PostAsync($"/v1/keys/{own}/rotate", null, narrow)).Is(201);
    }

    [Fact]
    public async Task A_request_that_names_a_role_is_decided_by_that_role()
    {
        var report = await RunAsync(Submission(Call("pay", "/pay", "\"approval\": { \"role\": \"finance\" }")));
        World.On("/pay", _ => new Reply(200));
        var path = $"/v1/approvals/{(await GetAsync("/v1/approvals")).Json.At("items")[0].Text("approval_id")}/approve";
        (await PostAsync(path, null, await KeyAsync("operator"))).Is(403);
        (await PostAsync(path, null, await KeyAsync("approver"))).Is(403);
        (await PostAsync(path, null, await KeyAsync("finance"))).Is(202);
        Assert.Equal(
            "completed", (await GetAsync($"/v1/runs/{report.Text("run_id")}?wait_seconds=60")).Json.Text("status"));
    }

    [Fact]
    public async Task Whoever_asked_for_a_run_or_forked_it_approves_none_of_its_calls()
    {
        World.On("/pay", _ => new Reply(200));
        var asker = await KeyAsync("admin");
        var run =
            (await RunAsync(Submission(Call("pay", "/pay", "\"approval\": { \"role\": \"operator\" }")), asker)).Text(
                "run_id");
        var request = (await GetAsync("/v1/approvals")).Json.At("items")[0];
        var path = $"/v1/approvals/{request.Text("approval_id")}";
        Assert.Equal("APPROVAL_FORBIDDEN", (await PostAsync($"{path}/approve", null, asker)).Is(403).Json.Text("code"));
        var forked =
            (await PostAsync(
                $"/v1/runs/{run}/fork",
                """{"step_id":"pay","edits":[{"path":"steps.pay.input.method","value":"POST"}]}""")).Is(202).Json;
        await GetAsync($"/v1/runs/{forked.Text("run_id")}?wait_seconds=60");
        var mine = (await GetAsync("/v1/approvals")).Json.At("items").EnumerateArray()
            .Single(item => item.Text("run_id") == forked.Text("run_id"));
        Assert.Equal(
            "APPROVAL_FORBIDDEN",
            (await PostAsync($"/v1/approvals/{mine.Text("approval_id")}/approve", null)).Is(403).Json.Text("code"));

        Assert.Equal(
            "APPROVAL_MISMATCH",
            (await PostAsync($"{path}/approve", $$"""{"binding":"{{mine.Text("binding")}}"}""")).Is(
                409).Json.Text("code"));
        (await PostAsync($"{path}/approve", $$"""{"binding":"{{request.Text("binding")}}"}""")).Is(202);

        Assert.Equal("completed", (await GetAsync($"/v1/runs/{run}?wait_seconds=60")).Json.Text("status"));
        Assert.Equal(1, World.Count("/pay"));
    }

    [Fact]
    public async Task Policies_and_limits_bind_the_runs_of_their_tenant_and_of_no_other()
    {
        World.On("/pay", _ => new Reply(200));
        const string Policy = """{"policy":"no_calls","version":1,"rules":[{"id":"none","verdict":"deny","match":{"skills":["http_call"]}}]}""";
        var tag =
            (await SendAsync("PUT", "/v1/policies/no_calls", Policy, Admin)).Is(201).Message.Headers.ETag!.ToString();
        Assert.Equal(
            "POLICY_DENIED", (await PostAsync("/v1/runs", Submission(Call("pay", "/pay")))).Is(403).Json.Text("code"));
        Assert.Equal(
            "completed",
            (await RunAsync(Submission(Call("pay", "/pay")), await KeyAsync("admin", "other"))).Text("status"));
        (await SendAsync("PUT", "/v1/policies/no_calls", Policy, Admin, ("If-Match", "\"9\""))).Is(412);
        (await SendAsync("PUT", "/v1/policies/no_calls", Policy, Admin, ("If-None-Match", "*"))).Is(412);
        (await SendAsync("DELETE", "/v1/policies/no_calls", null, Admin, ("If-Match", tag))).Is(204);
        Assert.Equal("completed", (await RunAsync(Submission(Call("pay", "/pay")))).Text("status"));

        (await SendAsync("PUT", "/v1/tenant", """{"budget":{"per_day_cents":7},"time_zone":"Asia/Tokyo"}""", Admin)).Is(
            201);
        var mine = (await GetAsync("/v1/budgets")).Is(200).Json;
        Assert.Equal(
            ("local", "Asia/Tokyo", "7"),
            (mine.Text("tenant"), mine.Text("time_zone"), mine.Text("accounts/0/limit_cents")));
        var theirs = (await GetAsync("/v1/budgets", await KeyAsync("viewer", "other"))).Is(200).Json;
        Assert.Equal(
            ("other", "UTC", "2000"),
            (theirs.Text("tenant"), theirs.Text("time_zone"), theirs.Text("accounts/0/limit_cents")));
        Assert.Equal(
            "INVALID_TENANT",
            (await SendAsync("PUT", "/v1/tenant", """{"time_zone":"Moon/Base"}""", Admin)).Is(422).Json.Text("code"));
        Assert.Equal(
            "INVALID_ARGUMENT",
            (await SendAsync("PUT", "/v1/tenant", """{"tenant_id":"other"}""", Admin)).Is(400).Json.Text("code"));
    }

    [Fact]
    public async Task The_audit_log_tells_who_did_what_and_is_chained()
    {
        (await PostAsync("/v1/keys", """{"name":"ci","roles":["viewer"]}""")).Is(201);
        (await GetAsync("/v1/keys", await KeyAsync("viewer"))).Is(403);
        var who = (await GetAsync("/v1/whoami")).Json.Text("subject");

        var entries = (await GetAsync("/v1/audit")).Is(200).Json.At("items").EnumerateArray().ToList();

        Assert.Equal(
            ["create_key OK", "list_keys PERMISSION_DENIED"],
            entries.Select(entry => $"{entry.Text("action")} {entry.Text("code")}"));
        Assert.Equal(who, entries[0].Text("subject"));
        Assert.Empty((await GetAsync("/v1/audit", await KeyAsync("admin", "other"))).Json.At("items").EnumerateArray());
        Assert.Empty(await Running.Parts.Store.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_browser_is_told_which_pages_may_call_and_no_others()
    {
        await RestartAsync(settings => settings with { AllowedOrigins = ["https://console.example"] });
        (string, string) page = ("Origin", "https://console.example");
        Task<Answered> AskAsync((string, string) origin) => SendAsync("OPTIONS", "/v1/agents/clerk", null, null, origin,
            ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "authorization,if-match"));
        static string Of(Answered answer, string name) =>
            answer.Message.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : "";

        var before = (await AskAsync(page)).Is(204);
        Assert.Equal("https://console.example", Of(before, "Access-Control-Allow-Origin"));
        Assert.Contains("PUT", Of(before, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        foreach (var name in (string[])["Authorization", "If-Match", "Idempotency-Key", "Last-Event-ID"])
            Assert.Contains(name, Of(before, "Access-Control-Allow-Headers"), StringComparison.Ordinal);
        Assert.Equal("", Of(before, "Access-Control-Allow-Credentials"));
        Assert.Equal(
            "https://console.example",
            Of((await SendAsync("GET", "/v1/runs", null, Admin, page)).Is(200), "Access-Control-Allow-Origin"));
        var refused = (await SendAsync("GET", "/v1/runs", null, null, page)).Is(401);
        Assert.Equal(
            "https://console.example", Of(refused, "Access-Control-Allow-Origin")); // So that the page can read why.
        Assert.Contains("ETag", Of(refused, "Access-Control-Expose-Headers"), StringComparison.Ordinal);

        foreach (var evil in (string[])["https://evil.example", "null", "https://console.example.evil.example"])
            Assert.Equal("", Of((await AskAsync(("Origin", evil))).Is(403), "Access-Control-Allow-Origin"));
        Assert.Equal("", Of((await GetAsync("/v1/runs")).Is(200), "Access-Control-Allow-Origin"));
        (await SendAsync("OPTIONS", "/v1/runs", null, null)).Is(405);
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Origin", "https://evil.example")]
    public async Task Names_and_pages_that_are_not_the_servers_are_refused(string header, string value) =>
        Assert.Equal(
            "PERMISSION_DENIED",
            (await SendAsync("GET", "/v1/runs", null, Admin, (header, value))).Is(403).Json.Text("code"));
}
