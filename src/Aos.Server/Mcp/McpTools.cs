using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Schemas;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Access;
using Aos.Runtime.Documents;
using Aos.Server.Api;
using Aos.Server.OpenApi;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Aos.Server.Mcp;

/// <summary>The tools of one caller: the questions that the runtime answers, and the skills that the agent may call.
/// Each answers with the JSON that the API and the command line give. Deciding on approvals is no tool: an agent does
/// not approve its own calls.</summary>
/// <param name="acting">Who calls.</param>
/// <param name="agentId">The profile that acts where a call names none; null: the built-in one.</param>
/// <param name="person">Who can be asked at the client; null where nothing is called.</param>
/// <param name="progress">Who is told how far a run has come; null where nothing is called.</param>
internal sealed class McpTools(Acting acting, string? agentId, McpPerson? person = null, McpProgress? progress = null)
{
    private const string SkillPrefix = "skill_";
    private const int WaitSecondsMax = 50;

    private static readonly IReadOnlyList<Question> Questions =
    [
        new("run", Rights.RunsWrite, ReadOnly: false,
            "Run a goal or a plan, durably. Answers with its report once it has ended or waits for somebody, or after "
            + "wait_seconds with the report as it stands: `get_run` goes on to wait. The same idempotency_key is the "
            + "same run.",
            Schema("run_submission",
                """{"wait_seconds":{"type":"integer","minimum":0,"maximum":50,"default":50},"idempotency_key":{"type":"string","minLength":1,"maxLength":256}}"""),
            (tools, arguments) => tools.RunAsync(arguments)),
        new("get_run", Rights.RunsRead, ReadOnly: true, "Report a run: its status, steps, costs and what it waits for.",
            OfRun("""{"wait_seconds":{"type":"integer","minimum":0,"maximum":50,"default":0}}"""),
            (tools, arguments) => tools.ReportAsync(arguments)),
        new("simulate", Rights.RunsRead, ReadOnly: true,
            "Foresee what a run would cost, take and need, and what it may not do, without running it.",
            Schema("run_submission", "{}"), (tools, arguments) => tools.SimulateAsync(arguments)),
        new("execute", Rights.RunsWrite, ReadOnly: false,
            "Call one skill under a contract, journaled, retried and budgeted like a run of one step.",
            Schema("skill_call", """{"idempotency_key":{"type":"string","minLength":1,"maxLength":256}}"""),
            (tools, arguments) => tools.ExecuteAsync(arguments)),
        new("query", Rights.RunsRead, ReadOnly: true,
            $"Ask a question about a run. Questions: {string.Join(", ", AosRuntime.Queries)}.",
            OfRun("""{"query":{"type":"string"},"arguments":{"type":"object"}}""", "query"),
            (tools, arguments) => tools.QueryAsync(arguments)),
        new("describe_skill", Rights.CatalogRead, ReadOnly: true,
            "A skill's contract: input, output, effects, costs, errors; and how its calls went.",
            Parse("""{"type":"object","properties":{"skill":{"type":"string","description":"Such as http_call or http_call@1."}},"required":["skill"],"additionalProperties":false}"""),
            (tools, arguments) => tools.DescribeAsync(arguments)),
        new("trace", Rights.RunsRead, ReadOnly: true,
            "The events of a run after a number, oldest first, at most 200 at a time.",
            OfRun("""{"after":{"type":"integer","minimum":0,"default":0}}"""),
            (tools, arguments) => tools.TraceAsync(arguments)),
    ];

    /// <summary>What the caller may use.</summary>
    public async Task<List<Tool>> ListAsync()
    {
        var tools = Questions.Where(question => acting.Has(question.Right)).Select(question => new Tool
        {
            Name = question.Name,
            Description = question.Description,
            InputSchema = question.Schema,
            Annotations = new ToolAnnotations { ReadOnlyHint = question.ReadOnly, OpenWorldHint = !question.ReadOnly },
        }).ToList();
        if (!acting.Has(Rights.RunsWrite)) return tools;
        var profile = await acting.ProfileAsync(agentId, null).ConfigureAwait(false);
        tools.AddRange(Allowed(profile).Select(skill => new Tool
        {
            Name = SkillPrefix + skill.Name.Value,
            Description = skill.Description,
            InputSchema = skill.InputSchema.Element,
            Annotations = new ToolAnnotations { OpenWorldHint = true },
        }));
        return tools;
    }

    /// <summary>Answers a call.</summary>
    /// <exception cref="McpProtocolException">The call names no tool of this caller.</exception>
    public async Task<CallToolResult> CallAsync(CallToolRequestParams? call)
    {
        if (call is not { Name: { } name })
            throw new McpProtocolException("The call names no tool.", McpErrorCode.InvalidParams);
        var given = new JsonObject((call.Arguments ?? new Dictionary<string, JsonElement>()).Select(pair =>
            KeyValuePair.Create(pair.Key, JsonNode.Parse(pair.Value.GetRawText()))));
        try
        {
            if (Questions.FirstOrDefault(question => question.Name == name) is { } question)
            {
                Require(question.Right);
                RequireKnown(question.Schema, given);
                // The client calls again with what its person said: the run is there already.
                if (question.Name is "run" or "get_run" && person?.Resumed is { } resumed)
                    return await GoOnAsync(resumed, given).ConfigureAwait(false);
                return await question.Answer(this, given).ConfigureAwait(false);
            }
            Require(Rights.RunsWrite);
            var profile = await acting.ProfileAsync(agentId, null).ConfigureAwait(false);
            var skill = name.StartsWith(SkillPrefix, StringComparison.Ordinal)
                ? Allowed(profile).FirstOrDefault(contract => SkillPrefix + contract.Name.Value == name) : null;
            // The protocol has an error of its own for names that `tools/list` did not give.
            return skill is null
                ? throw new McpProtocolException(
                    $"Unknown tool: '{name}'. The tools of this caller are those that tools/list names.",
                    McpErrorCode.InvalidParams)
                : await CallSkillAsync(skill, given).ConfigureAwait(false);
        }
        catch (ApiRefusal refusal)
        {
            return Of(refusal.Outcome);
        }
    }

    private async Task<CallToolResult> RunAsync(JsonObject arguments)
    {
        var seconds = Take(arguments, "wait_seconds", WaitSecondsMax);
        var key = Key(arguments);
        var request = await acting.RequestAsync(Read<RunSubmission>(arguments, "run_submission"))
            .ConfigureAwait(false) with
        { IdempotencyKey = key };
        var answer = await acting.Runtime.SubmitAsync(request, acting.Cancel).ConfigureAwait(false);
        return answer.Value is { } begun ? await FollowAsync(begun, seconds).ConfigureAwait(false) : Of(answer.Outcome);
    }

    private async Task<CallToolResult> GoOnAsync(RunId run, JsonObject arguments)
    {
        Require(Rights.RunsRead);
        var isDecided = await person!.DecideAsync().ConfigureAwait(false);
        var answer = await acting.Runtime.ReportAsync(run, acting.Cancel).ConfigureAwait(false);
        // Who was asked and decided nothing is not asked again: the run waits for somebody else.
        if (!isDecided && answer.Value is { } waiting) return Of(waiting, isError: false);
        return answer.Value is { } report
            ? await FollowAsync(report, Take(arguments, "wait_seconds", WaitSecondsMax)).ConfigureAwait(false)
            : Of(answer.Outcome);
    }

    private async Task<CallToolResult> ReportAsync(JsonObject arguments)
    {
        var seconds = Take(arguments, "wait_seconds", 0);
        var answer = await acting.Runtime.ReportAsync(RunOf(arguments), acting.Cancel).ConfigureAwait(false);
        return answer.Value is { } report
            ? await FollowAsync(report, seconds).ConfigureAwait(false) : Of(answer.Outcome);
    }

    private async Task<CallToolResult> FollowAsync(RunReport report, int seconds)
    {
        var last = progress is null ? await RunsApi.WaitAsync(acting, report, seconds).ConfigureAwait(false)
            : await progress.WaitAsync(report, seconds).ConfigureAwait(false);
        if (person is not null) await person.AskAsync(last).ConfigureAwait(false);
        return Of(last, isError: false);
    }

    private async Task<CallToolResult> SimulateAsync(JsonObject arguments)
    {
        var request = await acting.RequestAsync(Read<RunSubmission>(arguments, "run_submission")).ConfigureAwait(false);
        var answer = await acting.Runtime.SimulateAsync(request, acting.Cancel).ConfigureAwait(false);
        return answer.Value is { } simulation ? Of(simulation, isError: false) : Of(answer.Outcome);
    }

    private async Task<CallToolResult> ExecuteAsync(JsonObject arguments)
    {
        var key = Key(arguments);
        var request = await acting.RequestAsync(Read<SkillCall>(arguments, "skill_call"), key).ConfigureAwait(false);
        return Of(await acting.Runtime.ExecuteAsync(request, acting.Cancel).ConfigureAwait(false));
    }

    private async Task<CallToolResult> CallSkillAsync(SkillContract skill, JsonObject input)
    {
        var call = new SkillCall
        {
            Skill = new SkillRef(skill.Name, VersionRange.Exactly(skill.Version)),
            Input = Payload.FromUtf8(Encoding.UTF8.GetBytes(input.ToJsonString())),
            AgentId = agentId,
        };
        return Of(
            await acting.Runtime
                .ExecuteAsync(await acting.RequestAsync(call, key: null).ConfigureAwait(false), acting.Cancel)
                .ConfigureAwait(false));
    }

    private async Task<CallToolResult> QueryAsync(JsonObject arguments)
    {
        var asked = arguments["arguments"] is { } given
            ? Payload.FromUtf8(Encoding.UTF8.GetBytes(given.ToJsonString())) : null;
        return Of(
            await acting.Runtime.QueryAsync(RunOf(arguments), Text(arguments, "query"), asked, acting.Cancel)
                .ConfigureAwait(false));
    }

    private async Task<CallToolResult> DescribeAsync(JsonObject arguments) =>
        Of(await acting.Runtime.DescribeSkillAsync(Text(arguments, "skill"), acting.Cancel).ConfigureAwait(false));

    private async Task<CallToolResult> TraceAsync(JsonObject arguments)
    {
        const int EventsMax = 200;
        var run = RunOf(arguments);
        var known = await acting.Runtime.ReportAsync(run, acting.Cancel).ConfigureAwait(false);
        if (known.Value is null) return Of(known.Outcome);
        var events = new JsonArray();
        await foreach (var line in acting.Runtime
            .TraceAsync(run, Take(arguments, "after", 0, int.MaxValue), follow: false, acting.Cancel)
            .ConfigureAwait(false))
        {
            events.Add(JsonNode.Parse(line.ToJson()));
            if (events.Count == EventsMax) break;
        }
        return Of(
            JsonSerializer.SerializeToUtf8Bytes(
                new JsonObject { ["events"] = events }, JsonNodeContext.Default.JsonObject), isError: false);
    }

    private IEnumerable<SkillContract> Allowed(AgentProfile profile) => acting.Runtime.Skills
        .Where(skill => profile.Skills.Any(allowed => allowed.Accepts(skill.Name, skill.Version)))
        .GroupBy(skill => skill.Name).Select(versions => versions.MaxBy(skill => skill.Version)!);

    private void Require(string right)
    {
        if (!acting.Has(right)) throw acting.Refuse(ErrorCodes.PermissionDenied, $"This needs the right {right}.");
    }

    // As the schemas of the tools say: what is not known was meant to be something else.
    private void RequireKnown(JsonElement schema, JsonObject arguments)
    {
        foreach (var (name, _) in arguments)
            if (!schema.GetProperty("properties").TryGetProperty(name, out _))
                throw acting.Refuse(ErrorCodes.SchemaViolation, $"/{name}: the tool takes {string.Join(", ",
                    schema.GetProperty("properties").EnumerateObject().Select(known => known.Name))}, and nothing else.");
    }

    private T Read<T>(JsonObject arguments, string schema) where T : class
    {
        if (agentId is not null && arguments["agent_id"] is null && arguments["profile"] is null)
            arguments["agent_id"] = agentId;
        return acting.Require(
            DocumentReader.Read<T>(
                Encoding.UTF8.GetBytes(arguments.ToJsonString()), ContractSchemas.Named(schema),
                ErrorCodes.InvalidArgument));
    }

    private RunId RunOf(JsonObject arguments) => RunId.TryParse(Text(arguments, "run_id"), out var run) ? run
        : throw acting.Refuse(ErrorCodes.InvalidArgument, $"/run_id: is not {RunId.Rule}.");

    private string Text(JsonObject arguments, string name) =>
        arguments[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text
            : throw acting.Refuse(ErrorCodes.InvalidArgument, $"/{name}: a text is expected here.");

    private string? Key(JsonObject arguments)
    {
        var key = arguments["idempotency_key"] is null ? null : Text(arguments, "idempotency_key");
        arguments.Remove("idempotency_key");
        return key;
    }

    private int Take(JsonObject arguments, string name, int absent, int most = WaitSecondsMax)
    {
        if (arguments[name] is not { } node) return absent;
        arguments.Remove(name);
        return node is JsonValue value && value.TryGetValue<int>(out var number) && number >= 0
            && number <= most ? number
            : throw acting.Refuse(
                ErrorCodes.InvalidArgument, $"/{name}: a whole number from 0 to {most} is expected here.");
    }

    private static CallToolResult Of(StructuredOutcome outcome) => Of(outcome, outcome.Status != OutcomeStatus.Success);

    private static CallToolResult Of<T>(T value, bool isError) where T : class => Of(AosJson.Write(value), isError);

    private static CallToolResult Of(byte[] json, bool isError) => new()
    {
        Content = [new TextContentBlock { Text = Encoding.UTF8.GetString(json) }],
        StructuredContent = Payload.FromUtf8(json).Element,
        IsError = isError,
    };

    private static JsonElement Parse(string json) => Payload.FromUtf8(Encoding.UTF8.GetBytes(json)).Element;

    private static JsonElement OfRun(string more, params string[] required) =>
        Parse($$"""{"type":"object","properties":{"run_id":{"type":"string"},{{more[1..]}},"required":[{{string.Join(',', required.Prepend("run_id").Select(name => $"\"{name}\""))}}],"additionalProperties":false}""");

    // A published schema, with what only a tool takes beside it.
    private static JsonElement Schema(string name, string more)
    {
        var schema = JsonNode.Parse(ContractSchemas.TextOf(name).Element.GetRawText())!.AsObject();
        schema.Remove("$id");
        foreach (var (key, value) in JsonNode.Parse(more)!.AsObject()) schema["properties"]![key] = value!.DeepClone();
        return Parse(schema.ToJsonString());
    }

    private sealed record Question(string Name, string Right, bool ReadOnly, string Description, JsonElement Schema,
        Func<McpTools, JsonObject, Task<CallToolResult>> Answer);
}
