using System.Net;
using Aos.Client;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Values;

namespace Aos.Tests.Clients;

/// <summary>What the client makes of servers that fail, in whichever way.</summary>
public sealed class AosClientTests
{
    private const string Page = """{"items":[]}""";
    private const string Secret = "aos_0123456789ab_secret";
    private static readonly RunId Run = RunId.Parse("run_00000001");
    private readonly HastyTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private AosClient Of(Scripted server, string address = "http://aos.test:7400") =>
        new(new HttpClient(server) { Timeout = Timeout.InfiniteTimeSpan },
            new AosClientOptions { Server = new Uri(address), Key = Secret }, _time);

    private static Task<Answer<RunPage>> ListAsync(AosClient client) => client.ListRunsAsync([], null, null, 5, Cancel);

    private static RunSubmission Goal => new() { Goal = "x" };

    [Fact]
    public async Task A_problem_is_the_outcome_that_it_carries()
    {
        var answer = await ListAsync(
            Of(new Scripted(Scripted.Problem(ErrorCodes.Unauthenticated, HttpStatusCode.Unauthorized))));

        Assert.Null(answer.Value);
        Assert.Equal(
            (ErrorCodes.Unauthenticated, "UNAUTHENTICATED it is."), (answer.Outcome.Code, answer.Outcome.Message));
    }

    [Fact]
    public async Task The_key_goes_along_and_a_path_before_the_api_is_kept()
    {
        var server = new Scripted(Scripted.Json(Page));

        await ListAsync(Of(server, "https://example.test/team/aos"));

        Assert.Equal($"GET /team/aos/v1/runs?limit=5 Authorization=Bearer {Secret}", Assert.Single(server.Asked));
    }

    [Fact]
    public async Task Every_listing_asks_for_the_page_that_was_asked_for()
    {
        var server = new Scripted(Scripted.Json(Page));
        var client = Of(server);

        await client.ListRunsAsync([RunStatus.Failed, RunStatus.Waiting], "clerk", "run_1", 7, Cancel);
        await client.ListAgentsAsync("b&c", 7, Cancel);
        await client.ListAuditAsync("17", 7, Cancel);
        await client.ListDeliveriesAsync("wh_1", dead: true, "msg_1", 7, Cancel);

        Assert.Equal(
        [
            "/v1/runs?limit=7&status=failed%2Cwaiting&agent_id=clerk&cursor=run_1", "/v1/agents?limit=7&cursor=b%26c",
            "/v1/audit?limit=7&cursor=17",
            "/v1/webhooks/wh_1/deliveries?status=dead&limit=7&cursor=msg_1",
        ], server.Asked.Select(asked => asked.Split(' ')[1]));
    }

    [Fact]
    public async Task A_document_is_written_under_the_etag_with_which_it_was_read()
    {
        var server = new Scripted(request =>
        {
            var response = Scripted.Json("""{"agent_id":"clerk"}""")(request);
            response.Headers.TryAddWithoutValidation("ETag", "\"3-abc\"");
            return response;
        });
        var client = Of(server);

        var read = (await client.FindAgentAsync("clerk", Cancel)).Value!;
        Assert.Equal("\"3-abc\"", read.ETag);
        await client.PutAgentAsync(read.Value, Condition.Unchanged(read.ETag!), Cancel);
        await client.PutAgentAsync(read.Value, Condition.Absent, Cancel);
        await client.PutAgentAsync(read.Value, default, Cancel);
        await client.RemoveAgentAsync("clerk", Condition.Unchanged(read.ETag!), Cancel);

        string[] expected = [
            "PUT /v1/agents/clerk If-Match=\"3-abc\"", "PUT /v1/agents/clerk If-None-Match=*", "PUT /v1/agents/clerk",
            "DELETE /v1/agents/clerk If-Match=\"3-abc\""];
        Assert.Equal(
            expected,
            server.Asked.Skip(1)
                .Select(asked => asked.Replace($" Authorization=Bearer {Secret}", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_comes_from_outside_cannot_leave_its_part_of_the_path()
    {
        var server = new Scripted(Scripted.Problem(ErrorCodes.UnknownPolicy, HttpStatusCode.NotFound));

        await Of(server).FindPolicyAsync("../keys?x=1#y", Cancel);

        Assert.StartsWith(
            "GET /v1/policies/..%2Fkeys%3Fx%3D1%23y ", Assert.Single(server.Asked), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/html", "<html>hello</html>", 200, "text/html")]
    [InlineData("application/json", "{\"hello\":1}", 200, "cannot be read")]
    [InlineData("application/json", "not json", 200, "cannot be read")]
    [InlineData("text/html", "<html>none</html>", 404, "404")]
    [InlineData("application/problem+json", "{\"title\":\"of somebody else\"}", 400, "problem")]
    public async Task What_is_no_server_of_aos_is_called_so(string type, string body, int status, string says)
    {
        var server = new Scripted(Scripted.Json(body, (HttpStatusCode)status, type));

        var outcome = (await ListAsync(Of(server))).Outcome;

        Assert.Equal(
            ("SERVER_UNKNOWN", OutcomeStatus.Failure, false),
            (outcome.Code.Value, outcome.Status, outcome.Failure!.Retryable));
        Assert.Contains(says, outcome.Message, StringComparison.Ordinal);
        Assert.Contains("http://aos.test:7400", outcome.Message, StringComparison.Ordinal);
        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task A_redirect_is_named_and_not_followed()
    {
        var server = new Scripted(
            _ => new HttpResponseMessage(HttpStatusCode.Found)
            {
                Headers = { Location = new Uri("https://other.test/") }
            });

        var outcome = await Of(server).ExecuteAsync(new SkillCall { Skill = default }, "key", Cancel);

        Assert.Equal("SERVER_UNKNOWN", outcome.Code.Value);
        Assert.Contains("https://other.test/", outcome.Message, StringComparison.Ordinal);
        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task Where_nobody_listens_that_is_said_at_once()
    {
        var server = new Scripted(Scripted.Broken(HttpRequestError.ConnectionError));

        var outcome = (await ListAsync(Of(server))).Outcome;

        Assert.Equal(("SERVER_UNREACHABLE", true), (outcome.Code.Value, outcome.Failure!.Retryable));
        Assert.Contains("the line is dead", outcome.Message, StringComparison.Ordinal);
        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task A_question_is_asked_again_where_the_line_breaks_or_a_proxy_has_no_server()
    {
        var server = new Scripted(Scripted.Broken(HttpRequestError.ResponseEnded),
            Scripted.Json("<html>", HttpStatusCode.BadGateway, "text/html"), Scripted.Json(Page));

        Assert.True((await ListAsync(Of(server))).Succeeded);
        Assert.Equal(3, server.Asked.Count);
        Assert.Equal([TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(400)], _time.Pauses);
    }

    [Fact]
    public async Task Asking_again_has_an_end()
    {
        var server = new Scripted(Scripted.Broken(HttpRequestError.ResponseEnded));

        Assert.Equal("SERVER_UNREACHABLE", (await ListAsync(Of(server))).Outcome.Code.Value);
        Assert.Equal(4, server.Asked.Count);
    }

    [Fact]
    public async Task A_submission_without_a_key_is_sent_once_and_one_with_a_key_again()
    {
        var without = new Scripted(Scripted.Broken(HttpRequestError.ResponseEnded));
        Assert.Equal("SERVER_UNREACHABLE", (await Of(without).SubmitAsync(Goal, null, Cancel)).Outcome.Code.Value);
        Assert.Single(without.Asked);

        var with = new Scripted(
            Scripted.Broken(HttpRequestError.ResponseEnded),
            Scripted.Problem(ErrorCodes.InvalidPlan, HttpStatusCode.UnprocessableEntity));
        Assert.Equal(ErrorCodes.InvalidPlan, (await Of(with).SubmitAsync(Goal, "order-1", Cancel)).Outcome.Code);
        Assert.Equal(2, with.Asked.Count);
        Assert.All(with.Asked, asked => Assert.Contains("Idempotency-Key=order-1", asked, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_server_did_not_take_on_is_sent_again_when_it_says()
    {
        var server =
            new Scripted(Scripted.Problem(ErrorCodes.TooManyRequests, HttpStatusCode.TooManyRequests, retryAfter: 3),
            Scripted.Problem(ErrorCodes.InvalidPlan, HttpStatusCode.UnprocessableEntity));

        Assert.Equal(ErrorCodes.InvalidPlan, (await Of(server).SubmitAsync(Goal, null, Cancel)).Outcome.Code);
        Assert.Equal([TimeSpan.FromSeconds(3)], _time.Pauses);
    }

    [Fact]
    public async Task A_server_that_wants_to_be_left_alone_for_long_is()
    {
        var server =
            new Scripted(Scripted.Problem(ErrorCodes.TooManyRequests, HttpStatusCode.TooManyRequests, retryAfter: 600));

        Assert.Equal(ErrorCodes.TooManyRequests, (await ListAsync(Of(server))).Outcome.Code);
        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task A_change_under_a_condition_is_sent_once()
    {
        var server = new Scripted(Scripted.Broken(HttpRequestError.ResponseEnded));
        var policy = AosJson.Read<Contracts.Policies.Policy>("""{"policy":"p","version":1}"""u8);

        Assert.Equal(
            "SERVER_UNREACHABLE",
            (await Of(server).PutPolicyAsync(policy, Condition.Unchanged("\"1-a\""), Cancel)).Outcome.Code.Value);
        Assert.Contains("If-Match=\"1-a\"", Assert.Single(server.Asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_a_timeout_and_a_call_that_was_cancelled_is_cancelled()
    {
        using var http = new HttpClient(new Silent());
        using var client = new AosClient(
            http, new AosClientOptions
            {
                Server = new Uri("http://aos.test"),
                Timeout = TimeSpan.FromSeconds(5)
            }, _time);

        var outcome = (await client.ReportAsync(Run, Cancel)).Outcome;

        Assert.Equal(("SERVER_TIMEOUT", true), (outcome.Code.Value, outcome.Failure!.Retryable));
        Assert.Contains("within 5 s", outcome.Message, StringComparison.Ordinal);
        Assert.Equal(6, FailureIndex.BuiltIn.Match(outcome.Code)!.ExitCode);
        using var patient = new AosClient(http, new AosClientOptions { Server = new Uri("http://aos.test") }, _time);
        using var enough = new CancellationTokenSource();
        var asking = patient.ReportAsync(Run, enough.Token);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Theory]
    [InlineData("ftp://example.test")]
    [InlineData("/v1")]
    public void An_address_that_is_none_is_refused(string address) => Assert.Throws<ArgumentException>(() =>
        new AosClient(new AosClientOptions { Server = new Uri(address, UriKind.RelativeOrAbsolute) }));

    [Fact]
    public async Task A_run_is_followed_while_the_server_is_started_again()
    {
        var report = """{"run_id":"run_00000001","status":"STATUS","cost_cents":0,"agent_id":"a","started_at":"2026-01-01T00:00:00Z"}""";
        var server = new Scripted(
            Scripted.Json(report.Replace("STATUS", "running", StringComparison.Ordinal)),
            Scripted.Broken(HttpRequestError.ConnectionError),
            Scripted.Broken(HttpRequestError.ConnectionError),
            Scripted.Json(report.Replace("STATUS", "completed", StringComparison.Ordinal)));

        var answer = await Of(server).FollowAsync(Run, Cancel);

        Assert.True(answer.Value?.Status == RunStatus.Completed, answer.Outcome.Message);
        Assert.Equal(4, server.Asked.Count);
    }

    [Fact]
    public async Task A_server_that_stays_away_ends_the_wait()
    {
        var outcome =
            (await Of(new Scripted(Scripted.Broken(HttpRequestError.ConnectionError)))
                .FollowAsync(Run, Cancel)).Outcome;

        Assert.Equal("SERVER_UNREACHABLE", outcome.Code.Value);
        Assert.True(_time.GetUtcNow() - DateTimeOffset.UnixEpoch >= TimeSpan.FromSeconds(60), $"{_time.GetUtcNow()}");
    }

    private sealed class Silent : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException("It never answers.");
        }
    }
}
