using System.Text;
using Aos.Abstractions.Secrets;
using Aos.Abstractions.Skills;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Secrets;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime.Runs;
using Aos.Testing.Skills;
using Aos.Tests.Runtime.Bench;

namespace Aos.Tests.Secrets;

/// <summary>Secrets in runs: who may use them, and that they reach nothing but the call.</summary>
public sealed class SecretRunTests : IAsyncLifetime
{
    private const string Canary = "cänary/\"7f3a+91";
    private readonly RuntimeBench _bench = new();
    private readonly ScriptedSkill _login;

    public SecretRunTests()
    {
        _login = new ScriptedSkill(
            _bench.Skill("login", EffectClass.Read).Contract with { Secrets = ["/auth/*"] }, _bench.Time);
        _bench.Skills.Add(_login);
        _bench.Secrets = [new EnvironmentSecretsOf(("API_KEY", Canary), ("OTHER", "another-value"))];
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_skill_gets_the_value_and_the_journal_only_the_reference()
    {
        string? seen = null;
        _login.Answers(_ => TwinAnswer.By(async (call, cancel) =>
        {
            seen = (await call.Secrets.ResolveAsync(SecretName.Parse("API_KEY"), cancel)).Value!.Reveal();
            return SkillResult.Success(Payload.Empty);
        }));

        var run = await _bench.RunAsync(Request("""{"auth":{"key":{"$secret":"API_KEY"}}}"""));

        Assert.Equal("completed OK", $"{run.Status} {run.Code}".ToLowerInvariant().Replace("ok", "OK"));
        Assert.Equal(Canary, seen);
        Assert.Equal(
            """{"auth":{"key":{"$secret":"API_KEY"}}}""", Encoding.UTF8.GetString(_login.Calls[0].Input.Utf8.Span));
        await AssertHiddenAsync(run);
        await _bench.VerifyAsync(run.RunId);
    }

    [Theory]
    [InlineData("result")]
    [InlineData("failure")]
    [InlineData("exception")]
    [InlineData("side effect")]
    [InlineData("problem")]
    public async Task Whatever_a_skill_shows_of_a_secret_does_not_come_back(string where)
    {
        _login.Answers(_ => TwinAnswer.By(async (call, cancel) =>
        {
            var text = (await call.Secrets.ResolveAsync(SecretName.Parse("API_KEY"), cancel)).Value!.Reveal();
            var result = Payload.FromUtf8(
                AosJson.Write(
                    new SideEffect
                    {
                        Type = $"x{text}",
                        Target = Convert.ToBase64String(Encoding.UTF8.GetBytes("u:" + text))
                    }));
            return where switch
            {
                "result" => SkillResult.Success(result),
                "failure" =>
                    SkillResult.Failure(ErrorCodes.Http400, $"got {text}", EffectState.None) with
                    {
                        Cause = Uri.EscapeDataString(text),
                        Result = result
                    },
                "exception" => throw new InvalidOperationException($"no {text}"),
                "side effect" =>
                    SkillResult.Success(Payload.Empty) with
                    {
                        SideEffects = [new SideEffect { Type = text, Target = text }]
                    },
                _ => SkillResult.Failure(ErrorCodes.Http400, "no", EffectState.None) with
                {
                    Problems = [new Problem("/" + text, ErrorCodes.Http400, text)]
                },
            };
        }));

        var run = await _bench.RunAsync(Request("""{"auth":{"key":{"$secret":"API_KEY"}}}"""));

        await AssertHiddenAsync(run);
        Assert.Contains("[secret:API_KEY]", await TextAsync(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_another_call_brings_back_is_hidden_there_too()
    {
        _login.Answers(_ => TwinAnswer.By(async (call, cancel) =>
        {
            await call.Secrets.ResolveAsync(SecretName.Parse("API_KEY"), cancel);
            return SkillResult.Success(Payload.Empty);
        }));
        _bench.Pure.Answers(
            TwinAnswer.Of(
                SkillResult.Success(Payload.FromUtf8(AosJson.Write(new SideEffect { Type = Canary, Target = "t" })))));
        var plan = """{"steps":[{"id":"a","skill":"login","input":{"auth":{"key":{"$secret":"API_KEY"}}}},{"id":"b","skill":"pure","depends_on":["a"]}],"output":"steps.b.result"}""";

        var run = await _bench.RunAsync(_bench.Plan(plan) with { Profile = Profile("API_KEY") });

        Assert.Equal("[secret:API_KEY]", run.Output!.Element.GetProperty("type").GetString());
        await AssertHiddenAsync(run);
    }

    [Fact]
    public async Task A_missing_secret_fails_the_step_and_says_where_it_was_looked_for()
    {
        Ask("NOWHERE");

        var run = await _bench.RunAsync(Request("""{"auth":{"key":{"$secret":"NOWHERE"}}}""", "NOWHERE"));

        Assert.Equal("SECRET_MISSING", run.Code?.Value);
        Assert.Contains(
            "'NOWHERE' is not configured. It was looked for in the test's own NOWHERE", run.Steps[0].Outcome!.Message,
            StringComparison.Ordinal);
        Assert.Single(await _bench.JournalAsync(run.RunId), e => e is RunEvent.AttemptStarted); // Not tried again.
    }

    [Fact]
    public async Task A_plan_that_refers_to_a_secret_which_the_profile_does_not_name_is_refused_and_foreseen()
    {
        var request = Request("""{"auth":{"key":{"$secret":"OTHER"}}}""");

        var refused = await _bench.Runtime.SubmitAsync(request, CancellationToken.None);
        var simulation = (await _bench.Runtime.SimulateAsync(request, CancellationToken.None)).Value!;

        Assert.Equal("SECRET_NOT_ALLOWED", refused.Outcome.Code.Value);
        Assert.Equal("/steps/0/input/auth/key", refused.Outcome.Failure!.Details[0].Pointer);
        Assert.False(simulation.Feasible);
        Assert.Equal("SECRET_NOT_ALLOWED", simulation.Code?.Value);
        Assert.Contains("secret 'OTHER'", Assert.Single(simulation.PermissionGaps), StringComparison.Ordinal);
        Assert.Empty(_login.Calls);
    }

    [Fact]
    public async Task A_skill_that_asks_by_name_gets_only_what_the_profile_names()
    {
        Ask("OTHER");

        var denied = await _bench.RunAsync(Request("{}", "API_KEY"));
        var allowed = await _bench.RunAsync(Request("{}", "OTHER"));

        Assert.Equal(("SECRET_NOT_ALLOWED", "OK"), (denied.Code?.Value, allowed.Code?.Value));
    }

    [Fact]
    public async Task The_settings_of_a_skill_give_their_secrets_to_that_skill_alone()
    {
        Ask("OTHER");
        ScriptedSkill stranger = new(_bench.Skill("stranger", EffectClass.Read).Contract, _bench.Time);
        stranger.Answers(_ => Asking("OTHER"));
        _bench.Skills.Add(stranger);
        var profile = Profile() with { Config = RuntimeBench.Json("""{"login":{"api_key":{"$secret":"OTHER"}}}""") };

        var own = await _bench.RunAsync(Request("{}") with { Profile = profile });
        var others = await _bench.RunAsync(
            _bench.Plan("""{"steps":[{"id":"a","skill":"stranger"}]}""") with { Profile = profile });
        var planned = await _bench.Runtime.SubmitAsync(
            Request("""{"auth":{"key":{"$secret":"OTHER"}}}""") with { Profile = profile }, CancellationToken.None);

        Assert.Equal(("OK", "SECRET_NOT_ALLOWED"), (own.Code?.Value, others.Code?.Value));
        Assert.Equal("SECRET_NOT_ALLOWED", planned.Outcome.Code.Value);
    }

    [Fact]
    public async Task A_reference_that_comes_out_of_a_result_is_not_followed()
    {
        _bench.Pure.Answers(TwinAnswer.Ok("""{"key":{"$secret":"API_KEY"}}"""));
        var plan =
            """{"steps":[{"id":"a","skill":"pure"},{"id":"b","skill":"login","input":{"auth":"${steps.a.result}"}}]}""";

        var run = await _bench.RunAsync(_bench.Plan(plan) with { Profile = Profile("API_KEY") });

        Assert.Equal("SECRET_NOT_ALLOWED", run.Code?.Value);
        Assert.Contains("is not in the plan", run.Steps[1].Outcome!.Message, StringComparison.Ordinal);
        Assert.Empty(_login.Calls);
    }

    [Fact]
    public async Task A_reference_that_comes_out_of_a_result_is_data_where_no_secret_is_taken()
    {
        _bench.Pure.Answers(TwinAnswer.Ok("""{"key":{"$secret":"API_KEY"}}"""));
        _login.Answers(TwinAnswer.Ok());
        var plan =
            """{"steps":[{"id":"a","skill":"pure"},{"id":"b","skill":"login","input":{"data":"${steps.a.result}"}}]}""";

        var run = await _bench.RunAsync(_bench.Plan(plan) with { Profile = Profile("API_KEY") });

        Assert.Equal("OK", run.Code?.Value);
    }

    [Theory]
    [InlineData(
        """{"data":{"$secret":"API_KEY"}}""", "/steps/0/input/data", "takes no secret here. It takes them at /auth/*.")]
    [InlineData("""{"auth":{"key":{"$secret":"no name"}}}""", "/steps/0/input/auth/key", "written out")]
    [InlineData("""{"auth":{"key":{"$secret":"API_KEY","x":1}}}""", "/steps/0/input/auth/key", "nothing else")]
    [InlineData("""{"auth":{"key":{"$secret":"${input.name}"}}}""", "/steps/0/input/auth/key", "written out")]
    public async Task A_reference_that_no_call_could_follow_is_a_mistake_of_the_plan(
        string input, string pointer, string message)
    {
        var refused = await _bench.Runtime.SubmitAsync(Request(input), CancellationToken.None);

        Assert.Equal("INVALID_PLAN", refused.Outcome.Code.Value);
        var mistake = Assert.Single(refused.Outcome.Failure!.Details);
        Assert.Equal(pointer, mistake.Pointer);
        Assert.Contains(message, mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_examination_names_secrets_and_never_shows_them()
    {
        var plan = AosJson.Read<Contracts.Plans.Plan>(Encoding.UTF8.GetBytes("""
            {"steps":[{"id":"a","skill":"login","input":{"auth":{"key":{"$secret":"OTHER"}}}},{"id":"b","skill":"login","input":{"auth":{"key":{"$secret":"API_KEY"}}}}]}
            """));

        var found = await _bench.Runtime.ExamineSecretsAsync(
            Profile("API_KEY@api.example.com", "GONE"), plan, CancellationToken.None);

        Assert.Equal(["API_KEY", "GONE", "OTHER"], found.Select(secret => secret.Name.Value));
        Assert.Equal([true, true, false], found.Select(secret => secret.IsAllowed));
        Assert.Equal([true, false, false], found.Select(secret => secret.Problem is null));
        Assert.Equal(["api.example.com"], found[0].Hosts);
        Assert.Equal(["/steps/1/input/auth/key"], found[0].UsedAt);
        Assert.DoesNotContain(Canary, string.Join("", found), StringComparison.Ordinal);
    }

    private void Ask(string name) => _login.Answers(_ => Asking(name));

    private static TwinAnswer Asking(string name) => TwinAnswer.By(async (call, cancel) =>
    {
        var resolution = await call.Secrets.ResolveAsync(SecretName.Parse(name), cancel);
        return resolution.Value is null ? resolution.ToFailure() : SkillResult.Success(Payload.Empty);
    });

    private RunRequest Request(string input, string grant = "API_KEY") =>
        _bench.Plan($$"""{"steps":[{"id":"a","skill":"login","input":{{input}}}]}""") with { Profile = Profile(grant) };

    private AgentProfile Profile(params string[] grants) =>
        _bench.Profile with { Secrets = ValueList.From(grants.Select(SecretGrant.Parse)) };

    private async Task AssertHiddenAsync(RunReport run)
    {
        var text = await TextAsync(run);
        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
        Assert.DoesNotContain("7f3a", text, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Convert.ToBase64String(Encoding.UTF8.GetBytes("u:" + Canary))[3..15], text, StringComparison.Ordinal);
    }

    private async Task<string> TextAsync(RunReport run) => Encoding.UTF8.GetString(AosJson.Write(run))
        + string.Concat((await _bench.JournalAsync(run.RunId)).Select(e => Encoding.UTF8.GetString(AosJson.Write(e))));

    private sealed class EnvironmentSecretsOf(params (string Name, string Value)[] values) : ISecretProvider
    {
        public string Describe(SecretName name) => $"the test's own {name}";

        public ValueTask<SecretFinding> FindAsync(SecretName name, CancellationToken cancel) =>
            new(values.FirstOrDefault(pair => pair.Name == name.Value).Value is { } value
                ? SecretFinding.Of(value) : SecretFinding.None);
    }
}
