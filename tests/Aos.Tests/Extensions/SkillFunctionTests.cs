using System.Text.Json;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Policies;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Extensions.AI;
using Aos.Runtime.Runs;
using Aos.Skills.Standard.Llm;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;
using Microsoft.Extensions.AI;

namespace Aos.Tests.Extensions;

/// <summary>Skills as functions of Microsoft.Extensions.AI.</summary>
public sealed class SkillFunctionTests : IAsyncLifetime
{
    private readonly RuntimeBench _bench = new();
    private readonly List<StructuredOutcome> _outcomes = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public void Functions_are_the_skills_of_the_profile_with_their_schemas()
    {
        _bench.Skills.Add(Named("files.read", "1.0.0"));
        _bench.Skills.Add(Named("files_read", "2.1.0"));
        var functions = Functions(
            _bench.Profile with
            {
                Skills = [
                    SkillRef.Parse("pure@1"), SkillRef.Parse("pure"), SkillRef.Parse("files.read"),
                    SkillRef.Parse("files_read"), SkillRef.Parse("absent")]
            });

        Assert.Equal(["pure", "files_read", "files_read_v2"], functions.Select(function => function.Name));
        Assert.Equal("The skill pure of a test.", functions[0].Description);
        Assert.Equal("""{"type":"object"}""", functions[0].JsonSchema.GetRawText());
        Assert.Equal("2.1.0", functions[2].GetService<SkillContract>()!.Version.Value);
        Assert.Equal(
            ["pure"],
            _bench.Runtime
                .AsFunctions(
                    _bench.Profile, new SkillFunctionOptions { Where = contract => contract.Name.Value == "pure" })
                        .Select(function => function.Name));
    }

    [Fact]
    public async Task A_call_is_a_journaled_run_and_gives_the_result_alone()
    {
        _bench.Pure.Answers(TwinAnswer.Ok("""{"value":42}"""));
        var answer = await CallAsync(
            "pure",
            new()
            {
                ["a"] = 1,
                ["text"] = "ü",
                ["none"] = null,
                ["list"] = new[] { 1, 2 },
                ["json"] = JsonElement.Parse("""{"b":true}""")
            });

        Assert.Equal("""{"value":42}""", answer.GetRawText());
        Assert.Equal(
            """{"a":1,"json":{"b":true},"list":[1,2],"none":null,"text":"ü"}""",
            JsonElement.Parse(_bench.Pure.Calls[0].Input.Utf8.Span).GetRawText()
                .Replace("\\u00FC", "ü", StringComparison.Ordinal));
        await _bench.VerifyAsync(Assert.Single(_outcomes).RunId!.Value);
    }

    [Fact]
    public async Task What_fails_is_an_answer_that_a_model_can_read()
    {
        _bench.Read.Answers(TwinAnswer.Fail("HTTP_404"));
        var answer = await CallAsync("read");

        Assert.Equal(
            ("failure", "HTTP_404", "The script says HTTP_404.", false),
            (Text(answer, "status"), Text(answer, "code"), Text(answer, "message"),
                answer.GetProperty("retryable").GetBoolean()));
        Assert.Equal(_outcomes[0].RunId!.Value.Value, Text(answer, "run_id"));
    }

    [Fact]
    public async Task A_call_whose_outcome_is_unknown_is_not_to_be_repeated()
    {
        _bench.Send.Answers(TwinAnswer.Lost());
        var answer = await CallAsync("send");

        Assert.Equal("unknown", Text(answer, "status"));
        Assert.Contains("Do not call again", Text(answer, "advice"), StringComparison.Ordinal);
        Assert.Single(_bench.Send.Calls);
    }

    [Fact]
    public async Task Arguments_that_break_the_schema_are_refused_before_the_call()
    {
        var strict = new ScriptedSkill(
            _bench.Pure.Contract with
            {
                Name = SkillName.Parse("strict"),
                InputSchema = RuntimeBench.Json("""{"type":"object","required":["a"]}""")
            }, _bench.Time);
        _bench.Skills.Add(strict);
        var answer = await CallAsync("strict", new() { ["b"] = 1 });

        Assert.Equal("failure", Text(answer, "status"));
        Assert.Equal("INVALID_INPUT", Text(answer, "code"));
        Assert.Contains(
            "\"a\"", Text(answer.GetProperty("details")[0], "message").Replace('\'', '"'), StringComparison.Ordinal);
        Assert.Empty(strict.Calls);
        Assert.Equal("INVALID_INPUT", Text(await CallAsync("strict", new() { ["a"] = typeof(string) }), "code"));
    }

    [Fact]
    public async Task A_policy_denies_a_call_of_a_function()
    {
        var answer = await CallAsync(
            "send",
            profile: Under(
                """{"policy":"p","version":1,"rules":[{"id":"no","verdict":"deny","reason":"Not today."}]}"""));

        Assert.Equal("POLICY_DENIED", Text(answer, "code"));
        Assert.Contains("Not today.", Text(answer, "message"), StringComparison.Ordinal);
        Assert.Empty(_bench.Send.Calls);
    }

    [Fact]
    public async Task A_call_that_needs_approval_says_so_and_is_made_when_it_has_it()
    {
        var profile = Under("""{"policy":"p","version":1,"rules":[{"id":"ask","verdict":"require_approval"}]}""");
        var options = new SkillFunctionOptions { KeyOf = _ => "turn-7" };
        var waiting = await CallAsync("send", profile: profile, options: options);
        Assert.Equal("APPROVAL_REQUIRED", Text(waiting, "code"));
        Assert.Empty(_bench.Send.Calls);

        var approval = Assert.Single(await _bench.MemoryOf().ListApprovalsAsync(openOnly: true, Stop));
        _bench.Send.Answers(TwinAnswer.Ok("""{"sent":true}"""));
        Assert.Equal(
            OutcomeStatus.Success,
            (await _bench.Runtime.DecideAsync(
                new ApprovalDecision { Id = approval.Id, Approved = true, By = "ann" }, Stop)).Status);
        await _bench.WaitAsync(RunIdOf(waiting));
        var again = await CallAsync("send", profile: profile, options: options);

        Assert.Single(_bench.Send.Calls);
        Assert.Equal("""{"sent":true}""", again.GetRawText());
    }

    [Fact]
    public async Task All_calls_together_cost_no_more_than_the_total_budget()
    {
        _bench.Paid.Answers(_ => TwinAnswer.Ok(cents: 9));
        var functions = _bench.Runtime.AsFunctions(
            _bench.Profile, new SkillFunctionOptions { TotalBudget = Money.FromCents(30), OnOutcome = Note });
        var paid = functions.Single(function => function.Name == "paid");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => paid.InvokeAsync(new AIFunctionArguments(), Stop).AsTask()));

        // Three cost 27; of the 3 that are left the worst case of a fourth, 10, cannot be held.
        Assert.Equal(3, _bench.Paid.Calls.Count);
        Assert.Equal(
            3, answers.Count(
                answer => answer is JsonElement json && json.TryGetProperty("code", out var code)
                    && code.GetString() == "BUDGET_EXCEEDED"));
        Assert.Equal(1, _bench.Paid.MaxOpen);
        Assert.Equal(
            "{}", ((JsonElement)(await functions.Single(function => function.Name == "pure")
                .InvokeAsync(new AIFunctionArguments(), Stop))!).GetRawText());
    }

    [Fact]
    public async Task A_call_that_waits_for_somebody_counts_with_what_it_may_cost_and_once_it_ended_with_what_it_did()
    {
        _bench.Paid.Answers(_ => TwinAnswer.Ok(cents: 3));
        var profile =
            Under("""{"policy":"p","version":1,"rules":[{"id":"ask","verdict":"require_approval","match":{"input":[{"path":"/ask","any_of":[true]}]}}]}""");
        var paid = _bench.Runtime.AsFunctions(profile, new SkillFunctionOptions
        {
            TotalBudget = Money.FromCents(30),
            PerCallBudget = Money.FromCents(25),
            KeyOf = arguments => arguments.TryGetValue("name", out var name) ? $"{name}" : null,
        }).Single(function => function.Name == "paid");
        var waiting = await AskAsync(new() { ["ask"] = true, ["name"] = "one" });
        Assert.Equal("APPROVAL_REQUIRED", Text(waiting, "code"));

        // Of 30 cents the call that waits may cost 25; another may cost 10, and 5 are left.
        Assert.Equal("BUDGET_EXCEEDED", Text(await AskAsync([]), "code"));
        var approval = Assert.Single(await _bench.MemoryOf().ListApprovalsAsync(openOnly: true, Stop));
        await _bench.Runtime.DecideAsync(new ApprovalDecision { Id = approval.Id, Approved = true, By = "ann" }, Stop);
        await _bench.WaitAsync(RunIdOf(waiting));

        // It has cost 3, however often the same call is asked for; six more cost 18, and 9 are less than the next may
        // cost.
        for (var i = 0; i < 3; i++) await AskAsync(new() { ["ask"] = true, ["name"] = "one" });
        for (var i = 0; i < 6; i++) Assert.Equal("{}", (await AskAsync([])).GetRawText());
        Assert.Equal("BUDGET_EXCEEDED", Text(await AskAsync([]), "code"));
        Assert.Equal(7, _bench.Paid.Calls.Count);

        async Task<JsonElement> AskAsync(AIFunctionArguments arguments) =>
            (JsonElement)(await paid.InvokeAsync(arguments, Stop))!;
    }

    [Fact]
    public async Task Skills_that_say_what_a_call_costs_are_paid_from_the_total_budget_too()
    {
        var folder = Directory.CreateTempSubdirectory("aos-functions-");
        var script = Path.Combine(folder.FullName, "answers.json");
        await File.WriteAllTextAsync(
            script, """{"answers":[{"text":"7","input_tokens":5,"output_tokens":1000}]}""", Stop);
        using var llm = new LlmInvokeSkill(_bench.Time);
        _bench.Skills.Add(llm);
        var model = new ModelSpec
        {
            Provider = ModelProvider.Scripted,
            Model = "demo",
            Script = script,
            Price = new ModelPrice { Input = TokenRate.FromUsd(0), Output = TokenRate.FromUsd(300) },
        };
        var ask = Functions(_bench.Profile with { Models = ValueMap.From([KeyValuePair.Create("m", model)]) },
            new SkillFunctionOptions { TotalBudget = Money.FromCents(50) })
                .Single(function => function.Name == "llm_invoke");
        var answers = new List<JsonElement>();
        for (var i = 0; i < 2; i++)
            answers.Add(
                (JsonElement)(await ask.InvokeAsync(
                    new() { ["model"] = "m", ["prompt"] = "Name a prime.", ["max_tokens"] = 1000 }, Stop))!);
        folder.Delete(recursive: true);

        // A call costs 1,000 × 300 millionths of a dollar, 30 cents; 20 are left of 50.
        Assert.Equal("7", Text(answers[0], "text"));
        Assert.Equal("BUDGET_EXCEEDED", Text(answers[1], "code"));
    }

    [Fact]
    public async Task What_a_model_says_in_its_call_is_tainted()
    {
        var answer = await CallAsync(
            "send",
            profile: Under(
                """{"policy":"p","version":1,"rules":[{"id":"no","verdict":"deny","match":{"tainted":true}}]}"""));

        Assert.Equal("POLICY_DENIED", Text(answer, "code"));
        Assert.Empty(_bench.Send.Calls);
    }

    private static string Text(JsonElement answer, string member) => answer.GetProperty(member).GetString()!;

    private static RunId RunIdOf(JsonElement answer) => RunId.Parse(Text(answer, "run_id"));

    private ScriptedSkill Named(string name, string version) =>
        new(_bench.Pure.Contract with { Name = SkillName.Parse(name), Version = SkillVersion.Parse(version) },
            _bench.Time);

    private AgentProfile Under(string policy) =>
        _bench.Profile with
        {
            Policies = [new PolicySource.Inline(AosJson.Read<Policy>(System.Text.Encoding.UTF8.GetBytes(policy)))]
        };

    private void Note(StructuredOutcome outcome)
    {
        lock (_outcomes) _outcomes.Add(outcome);
    }

    private IReadOnlyList<AIFunction> Functions(AgentProfile profile, SkillFunctionOptions? options = null) =>
        _bench.Runtime.AsFunctions(profile, (options ?? new SkillFunctionOptions()) with { OnOutcome = Note });

    private async Task<JsonElement> CallAsync(
        string name, Dictionary<string, object?>? arguments = null, AgentProfile? profile = null,
        SkillFunctionOptions? options = null)
    {
        var function = Functions(profile ?? _bench.Profile, options).Single(one => one.Name == name);
        return (JsonElement)(await function.InvokeAsync(new AIFunctionArguments(arguments ?? []), Stop))!;
    }
}
