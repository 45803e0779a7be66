using System.Text.Json;
using Aos.Contracts.Schemas;
using Aos.EndToEnd.Tests.Infrastructure;
using Aos.Server.Settings;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>The description of the API, against itself and against the server.</summary>
public sealed class DescriptionTests : ServerTest
{
    private const string Quiet = """{"policy":"quiet","version":1,"rules":[{"id":"no_posts","verdict":"deny","match":{"skills":["http_call"],"methods":["POST"]}}]}""";

    private protected override ServerSettings Settings =>
        base.Settings with { WebhookNetwork = ["127.0.0.1"], RatePerSecond = 0 };

    private async Task<JsonElement> DescriptionAsync() =>
        (await SendAsync("GET", "/openapi/v1.json", null, null)).Is(200).Json;

    [Fact]
    public async Task Every_reference_leads_somewhere_every_name_is_there_once_and_every_schema_compiles()
    {
        var document = await DescriptionAsync();
        Assert.Equal("3.1.1", document.Text("openapi"));
        var schemas = document.At("components/schemas");
        foreach (var reference in Members(document).Where(member => member.Name == "$ref")
            .Select(member => member.Value.GetString()!))
            document.At(reference["#/".Length..]);
        var operations = Operations(document).ToList();
        Assert.Equal(
            operations.Count, operations.Select(operation => operation.Value.Text("operationId")).Distinct().Count());
        foreach (var (path, method, operation) in operations)
        {
            Assert.Matches("^[a-z_]+$", operation.Text("operationId"));
            Assert.EndsWith(".", operation.Text("summary"), StringComparison.Ordinal);
            var named = path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}')).Order();
            var described = operation.TryGetProperty("parameters", out var parameters)
                ? parameters.EnumerateArray().Where(parameter => parameter.Text("in") == "path")
                    .Select(parameter => parameter.Text("name")).Order().ToList() : [];
            Assert.Equal(named, described);
            Assert.True(
                method is not ("get" or "delete") || !operation.TryGetProperty("requestBody", out _),
                $"{method} {path} has a body");
            operation.At("responses").At("default");
        }
        foreach (var schema in schemas.EnumerateObject()) Compile(document, $"#/components/schemas/{schema.Name}");
    }

    [Fact]
    public async Task Every_operation_answers_as_it_is_described()
    {
        World.On("/pay", _ => new Reply(200));
        var document = await DescriptionAsync();
        var report = await RunAsync(Submission(Call("pay", "/pay", "\"approval\": { \"role\": \"operator\" }")));
        var approval = (await GetAsync("/v1/approvals")).Json.At("items")[0].Text("approval_id");
        var refused =
            await RunAsync(Submission(Call("pay", "/pay", "\"approval\": { \"role\": \"operator\" }"), Transform("t")));
        var second = (await GetAsync("/v1/approvals")).Json.At("items")[1].Text("approval_id");
        var listens = (await RunAsync(Submission("""{ "id": "hear", "wait": { "signal": "go" } }"""))).Text("run_id");
        var other = await KeyAsync("admin");
        var key = (await PostAsync("/v1/keys", """{"name":"x","roles":["viewer"]}""")).Json.Text("info/key_id");
        World.On("/hook", number => new Reply(number == 1 ? 410 : 200));
        var hook = (await PostAsync("/v1/webhooks", $$"""{"url":"{{World.Url("/hook")}}"}""")).Is(201).Json.Text(
            "info/webhook_id");
        await RunAsync(Submission(Transform("t")));
        var message =
            (await UntilAsync(
                async () => (await GetAsync($"/v1/webhooks/{hook}/deliveries?status=dead")).Json.At("items"),
            items => items.GetArrayLength() > 0))[0].Text("message_id");
        // In the order of the lines, each with the statuses that this request may have: those of success.
        (string Operation, string Path, string? Body)[] requests =
        [
            ("health", "/health", null), ("ready", "/ready", null), ("metrics", "/metrics", null),
            ("openapi", "/openapi/v1.json", null),
            ("submit_run", "/v1/runs?wait_seconds=30", Submission(Transform("t"))),
            ("list_runs", "/v1/runs?limit=2&status=waiting", null),
            ("get_run", $"/v1/runs/{report.Text("run_id")}", null),
            ("trace_run", $"/v1/runs/{report.Text("run_id")}/trace", null),
            ("list_queries", $"/v1/runs/{report.Text("run_id")}/queries", null),
            ("query_run", $"/v1/runs/{report.Text("run_id")}/queries/remaining_budget_cents", """{"arguments":{}}"""),
            ("list_approvals", "/v1/approvals", null), ("get_approval", $"/v1/approvals/{approval}", null),
            ("approve", $"/v1/approvals/{approval}/approve", """{"reason":"fine"}"""),
            ("reject", $"/v1/approvals/{second}/reject", null),
            ("get_run", $"/v1/runs/{refused.Text("run_id")}?wait_seconds=30", null),
            ("get_run", $"/v1/runs/{report.Text("run_id")}?wait_seconds=30", null),
            ("stream_events", $"/v1/runs/{report.Text("run_id")}/events", null),
            ("resume_run", $"/v1/runs/{listens}/resume", null),
            ("signal_run", $"/v1/runs/{listens}/signals", """{"name":"go","data":1,"key":"a"}"""),
            ("get_run", $"/v1/runs/{listens}?wait_seconds=30", null),
            ("replay_run", $"/v1/runs/{listens}/replay", """{"mode":"dry"}"""),
            ("export_run", $"/v1/runs/{listens}/export", null),
            ("fork_run", $"/v1/runs/{listens}/fork", """{"seq":1}"""),
            ("simulate", "/v1/simulate", Submission(Transform("t"))),
            ("validate_plan", "/v1/validate", Submission(Transform("t"))),
            ("execute", "/v1/execute", """{"skill":"json_transform@1","input":{"data":{"a":1},"expression":"a"}}"""),
            ("list_skills", "/v1/skills", null), ("describe_skill", "/v1/skills/http_call", null),
            ("list_failures", "/v1/failures", null), ("get_failure", "/v1/failures/TIMEOUT", null),
            ("put_agent", "/v1/agents/clerk", """{"agent_id":"clerk"}"""), ("get_agent", "/v1/agents/clerk", null),
            ("list_agents", "/v1/agents", null),
            ("put_policy", "/v1/policies/quiet", Quiet), ("get_policy", "/v1/policies/quiet", null),
            ("list_policies", "/v1/policies", null),
            ("what_if", "/v1/what_if?last=10", Quiet), ("delete_policy", "/v1/policies/quiet", null),
            ("get_budget", "/v1/budgets?agent_id=tester", null),
            ("put_tenant", "/v1/tenant", """{"budget":{"per_day_cents":500}}"""),
            ("get_tenant", "/v1/tenant", null), ("list_recovery", "/v1/recovery", null),
            ("simulate_budgets", "/v1/simulate/budgets",
                $$"""{"run":{{Submission(Transform("t"))}},"budgets_cents":[1,0.5]}"""),
            ("list_failed_attempts", "/v1/failed_attempts?runs=5", null),
            ("get_calibration", "/v1/calibration?runs=5", null),
            ("delete_agent", "/v1/agents/clerk", null), ("whoami", "/v1/whoami", null), ("list_keys", "/v1/keys", null),
            ("create_key", "/v1/keys", """{"name":"y","roles":["viewer"],"scopes":["runs:read"]}"""),
            ("rotate_key", $"/v1/keys/{key}/rotate", null),
            ("list_webhooks", "/v1/webhooks", null), ("get_webhook", $"/v1/webhooks/{hook}", null),
            ("create_webhook", "/v1/webhooks",
                """{"url":"https://example.com/hook","events":["run.failed"],"description":"pager"}"""),
            ("list_deliveries", $"/v1/webhooks/{hook}/deliveries?status=dead&limit=10", null),
            ("enable_webhook", $"/v1/webhooks/{hook}/enable", null),
            ("rotate_webhook", $"/v1/webhooks/{hook}/rotate", """{"overlap_minutes":5}"""),
            ("replay_delivery", $"/v1/webhooks/{hook}/deliveries/{message}/replay", null),
            ("delete_webhook", $"/v1/webhooks/{hook}", null),
            ("revoke_key", $"/v1/keys/{key}", null), ("list_audit", "/v1/audit", null),
        ];
        // These succeed only for runs that stand otherwise: their answers are problems, which are described as well.
        (string Operation, string Path, string? Body)[] refusals =
        [
            ("cancel_run", $"/v1/runs/{listens}/cancel", null), ("release_run", $"/v1/runs/{listens}/release", null),
            ("settle_run", $"/v1/runs/{listens}/settle", """{"step_id":"hear","happened":true}"""),
            ("tighten_run", $"/v1/runs/{listens}/tighten", $$"""{"policy":{{Quiet}},"reason":"incident"}"""),
        ];
        var described = Operations(document).ToDictionary(operation => operation.Value.Text("operationId"));

        foreach (var (id, path, body) in requests)
            await CheckAsync(document, described[id], path, body, other, isRefused: false);
        foreach (var (id, path, body) in refusals)
            await CheckAsync(document, described[id], path, body, other, isRefused: true);
        Assert.Empty(described.Keys.Except(requests.Concat(refusals).Select(request => request.Operation)));
    }

    private async Task CheckAsync(
        JsonElement document, (string Path, string Method, JsonElement Value) operation, string path, string? body,
        string key, bool isRefused)
    {
        Assert.Matches(
            "^" + string.Join('/', operation.Path.Split('/').Select(part => part.StartsWith('{') ? "[^/]+" : part))
                + "$", path.Split('?')[0]);
        var answer = await SendAsync(operation.Method.ToUpperInvariant(), path, body, key);
        var name = $"{operation.Method} {path}: {answer.Status}\n{answer.Text}";
        var responses = operation.Value.At("responses");
        Assert.True(responses.TryGetProperty(answer.Status.ToString(), out var response) != isRefused, name);
        if (isRefused) response = document.At("components/responses/problem");
        if (body is not null)
            Assert.True(
                Compile(
                    document,
                    operation.Value.At("requestBody/content").GetProperty("application/json").Text("schema/$ref"))
            .IsValid(JsonDocument.Parse(body).RootElement), $"the request of {name}");
        if (!response.TryGetProperty("content", out var content)) return;
        var media = Assert.Single(content.EnumerateObject());
        Assert.Equal(media.Name, answer.Message.Content.Headers.ContentType!.MediaType);
        if (!media.Value.At("schema").TryGetProperty("$ref", out var schema)) return;
        Assert.True(Compile(document, schema.GetString()!).IsValid(answer.Json), name);
    }

    private static JsonSchema Compile(JsonElement document, string reference)
    {
        // The schema with all others beside it, where references look for them.
        var schemas = document.At("components/schemas").GetRawText()
            .Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal);
        var text = $$"""{"$schema":"https://json-schema.org/draft/2020-12/schema","$ref":"{{reference.Replace("#/components/schemas/", "#/$defs/")}}","$defs":{{schemas}}}""";
        var compiled = JsonSchema.Compile(JsonDocument.Parse(text).RootElement, SchemaOptions.Default);
        return Assert.IsType<SchemaCompilation.Compiled>(compiled).Schema;
    }

    private static IEnumerable<(string Path, string Method, JsonElement Value)> Operations(JsonElement document) =>
        from path in document.At("paths").EnumerateObject()
        from method in path.Value.EnumerateObject()
        select (path.Name, method.Name, method.Value);

    private static IEnumerable<JsonProperty> Members(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Members(member.Value).Prepend(member)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Members),
        _ => [],
    };
}
