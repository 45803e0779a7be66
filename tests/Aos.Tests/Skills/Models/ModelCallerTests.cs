using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Http;
using Aos.Skills.Standard.Models;
using Aos.Tests.Skills.Http;
using Microsoft.Extensions.Time.Testing;
using static Aos.Tests.Skills.Models.ModelHarness;

namespace Aos.Tests.Skills.Models;

public sealed class ModelCallerTests
{
    private const string Primes = """{"type":"object","required":["prime"],"additionalProperties":false,"properties":{"prime":{"type":"integer"}}}""";

    [Fact]
    public async Task Anthropic_counts_cached_input_beside_the_rest_and_each_class_is_paid_at_its_rate()
    {
        await using var server = await ModelServer.StartAsync(
            AnthropicWire.Answer("seven", input: 25, read: 1000, written: 100, output: 15));
        using var harness = new ModelHarness();

        var answer = await harness.CallAsync(Ask(Claude(server)));

        Assert.Equal(
            (ErrorCodes.Ok, "seven", "stop", "claude-test-1"),
            (answer.Code, answer.Text, answer.FinishReason, answer.Model));
        Assert.Equal(new TokenUsage(25, 1000, 100, 15, 0), answer.Usage);
        // 25 × 1 + 1000 × 0.1 + 100 × 1.25 + 15 × 5 = 325 millionths of a dollar.
        Assert.Equal(new Money(325_000), answer.Cost);
    }

    [Fact]
    public async Task OpenAI_counts_cached_input_and_reasoning_within_the_whole()
    {
        await using var server = await ModelServer.StartAsync(
            OpenAiWire.Answer("seven", prompt: 30, cached: 10, completion: 20, reasoning: 7));
        using var harness = new ModelHarness();

        var answer = await harness.CallAsync(Ask(Gpt(server)));

        Assert.Equal(
            (ErrorCodes.Ok, "seven", "stop", "gpt-test-1"),
            (answer.Code, answer.Text, answer.FinishReason, answer.Model));
        Assert.Equal(new TokenUsage(20, 10, 0, 13, 7), answer.Usage);
        // 20 × 1 + 10 × 0.1 + 13 × 5 + 7 × 7 = 135 millionths of a dollar.
        Assert.Equal(new Money(135_000), answer.Cost);
    }

    [Fact]
    public async Task Each_provider_is_asked_as_it_wants_to_be_with_its_key_and_nowhere_else()
    {
        await using var server =
            await ModelServer.StartAsync(AnthropicWire.Answer("x"), OpenAiWire.Answer("x"), OpenAiWire.Answer("x"));
        using var harness = new ModelHarness();
        foreach (var model in (ModelSpec[])[Claude(server), Gpt(server), Llama(server)])
            Assert.Equal(
                ErrorCodes.Ok,
                (await harness.CallAsync(Ask(model) with { System = "Be brief.", MaxTokens = 77 })).Code);

        var received = server.Received.ToArray();
        Assert.Equal(
            ["/v1/messages", "/v1/chat/completions", "/v1/chat/completions"], received.Select(request => request.Path));
        Assert.All(received, request => Assert.True(request.Body.GetProperty("stream").GetBoolean()));
        Assert.All(
            received,
            request => Assert.Contains(request.Headers.Values, value => value.Contains(Key, StringComparison.Ordinal)));
        Assert.Equal(77, received[0].Body.GetProperty("max_tokens").GetInt32());
        Assert.Equal(77, received[1].Body.GetProperty("max_completion_tokens").GetInt32());
        Assert.Equal(77, received[2].Body.GetProperty("max_tokens").GetInt32());
        Assert.Equal(
            ["claude-test", "gpt-test", "small"],
            received.Select(request => request.Body.GetProperty("model").GetString()));
        Assert.Contains("Be brief.", received[0].Body.GetProperty("system").GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("end_turn", "OK", "stop")]
    [InlineData("stop_sequence", "OK", "stop")]
    [InlineData("max_tokens", "ANSWER_TRUNCATED", "length")]
    [InlineData("model_context_window_exceeded", "ANSWER_TRUNCATED", "length")]
    [InlineData("refusal", "MODEL_REFUSED", "refusal")]
    [InlineData("pause_turn", "RESPONSE_INVALID", "pause_turn")]
    public async Task How_an_answer_of_Anthropic_ends_has_its_code_and_is_paid(string stop, string code, string reason)
    {
        await using var server =
            await ModelServer.StartAsync(AnthropicWire.Answer("as far as it got", stop, input: 10, output: 3));
        using var harness = new ModelHarness();

        var answer = await harness.CallAsync(Ask(Claude(server)));

        Assert.Equal((code, reason, "as far as it got"), (answer.Code.Value, answer.FinishReason, answer.Text));
        Assert.Equal(new Money(25_000), answer.Cost);
    }

    [Theory]
    [InlineData("stop", "OK", "stop")]
    [InlineData("length", "ANSWER_TRUNCATED", "length")]
    [InlineData("content_filter", "CONTENT_FILTERED", "content_filter")]
    public async Task How_an_answer_of_OpenAI_ends_has_its_code(string finish, string code, string reason)
    {
        await using var server = await ModelServer.StartAsync(OpenAiWire.Answer("as far as it got", finish));
        using var harness = new ModelHarness();

        var answer = await harness.CallAsync(Ask(Gpt(server)));

        Assert.Equal((code, reason, "as far as it got"), (answer.Code.Value, answer.FinishReason, answer.Text));
    }

    [Fact]
    public async Task A_refusal_of_OpenAI_in_words_of_its_own_is_a_refusal()
    {
        await using var server = await ModelServer.StartAsync(new ProviderAnswer(200, "text/event-stream",
            OpenAiWire.Chunk("""{"role":"assistant","refusal":"I can't "}""", null),
            OpenAiWire.Chunk("""{"refusal":"do that."}""", null),
            OpenAiWire.Chunk("{}", "stop"), OpenAiWire.Usage(5, 0, 4, 0), "data: [DONE]\n\n"));
        using var harness = new ModelHarness();

        var answer = await harness.CallAsync(Ask(Gpt(server)));

        Assert.Equal((ErrorCodes.ModelRefused, "I can't do that."), (answer.Code, answer.Text));
    }

    [Fact]
    public async Task A_model_that_asks_for_a_tool_which_nobody_offered_gives_no_answer()
    {
        await using var server = await ModelServer.StartAsync(new ProviderAnswer(200, "text/event-stream",
            AnthropicWire.Start(5, 0, 0), AnthropicWire.ToolUse(), AnthropicWire.Delta("tool_use", 9),
            AnthropicWire.Event("message_stop", """{"type":"message_stop"}""")));
        using var harness = new ModelHarness();

        var answer = await harness.CallAsync(Ask(Claude(server)));

        Assert.Equal(ErrorCodes.ResponseInvalid, answer.Code);
        Assert.Contains("tool", answer.Message!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, """{"error":{"message":"bad","type":"invalid_request_error"}}""", "HTTP_400")]
    [InlineData(400, """{"error":{"message":"too long","code":"context_length_exceeded"}}""", "CONTEXT_TOO_LONG")]
    [InlineData(
        400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}""", "CONTEXT_TOO_LONG")]
    [InlineData(400, """{"error":{"message":"filtered","code":"content_filter"}}""", "CONTENT_FILTERED")]
    [InlineData(401, """{"error":{"message":"no key"}}""", "HTTP_401")]
    [InlineData(403, "{}", "HTTP_403")]
    [InlineData(404, "{}", "HTTP_404")]
    [InlineData(429, """{"error":{"message":"slow down","code":"rate_limit_exceeded"}}""", "RATE_LIMITED")]
    [InlineData(429, """{"error":{"message":"pay","code":"insufficient_quota"}}""", "HTTP_4XX")]
    [InlineData(500, "{}", "HTTP_500")]
    [InlineData(503, "{}", "HTTP_503")]
    [InlineData(529, AnthropicWire.Error529, "MODEL_OVERLOADED")]
    public async Task A_status_has_its_code_is_asked_for_once_and_costs_nothing(int status, string body, string code)
    {
        await using var server =
            await ModelServer.StartAsync(new ProviderAnswer(status, "application/json", body) { RetryAfter = "7" });
        using var harness = new ModelHarness();
        foreach (var model in (ModelSpec[])[Claude(server), Gpt(server)])
        {
            var answer = await harness.CallAsync(Ask(model));

            Assert.Equal(
                (code, TimeSpan.FromSeconds(7), Money.Zero), (answer.Code.Value, answer.RetryAfter, answer.Cost));
        }
        Assert.Equal(2, server.Received.Count);
    }

    [Fact]
    public async Task A_key_that_the_provider_repeats_does_not_come_back()
    {
        await using var server = await ModelServer.StartAsync(
            new ProviderAnswer(
                401, "application/json", $$$"""{"error":{"message":"Incorrect API key provided: {{{Key}}}"}}"""));
        using var harness = new ModelHarness();

        var answer = await harness.CallAsync(Ask(Gpt(server)));

        Assert.Equal(ErrorCodes.Http401, answer.Code);
        Assert.Contains("[secret]", answer.Cause!, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, answer.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Ending.Whole)]
    [InlineData(Ending.Cut)]
    public async Task An_answer_that_breaks_off_is_kept_as_far_as_it_came_and_counted_at_its_worst(Ending ending)
    {
        await using var server = await ModelServer.StartAsync(
            new ProviderAnswer(
                200, "text/event-stream", [AnthropicWire.Start(5, 0, 0), .. AnthropicWire.Texts("half of")])
            {
                Ending = ending
            },
            new ProviderAnswer(200, "text/event-stream", OpenAiWire.Chunk("""{"content":"half of"}""", null))
            {
                Ending = ending
            });
        using var harness = new ModelHarness();
        foreach (var model in (ModelSpec[])[Claude(server), Gpt(server)])
        {
            var answer = await harness.CallAsync(Ask(model));

            Assert.Equal(ErrorCodes.ConnectionReset, answer.Code);
            // A connection that is reset may take with it what had arrived.
            if (ending == Ending.Whole) Assert.Equal("half of", answer.Text);
            Assert.Equal(ModelCaller.Quote(Ask(model)).Worst, answer.Cost);
        }
    }

    [Fact]
    public async Task An_answer_that_stops_coming_times_out()
    {
        var clock = new FakeTimeProvider();
        await using var server = await ModelServer.StartAsync(
            new ProviderAnswer(200, "text/event-stream", AnthropicWire.Start(5, 0, 0)) { Ending = Ending.Silent });
        using var harness = new ModelHarness(clock);

        var call = harness.CallAsync(Ask(Claude(server)));
        while (!call.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(ErrorCodes.Timeout, (await call).Code);
    }

    [Fact]
    public async Task An_answer_that_drips_for_ever_is_cut_at_its_size()
    {
        await using var server = await ModelServer.StartAsync(
            new ProviderAnswer(200, "text/event-stream", AnthropicWire.Start(5, 0, 0)) { Ending = Ending.Dripping });
        using var caller = new ModelCaller(
            TimeProvider.System, new ScriptedResolver(), new HttpLimits(), new ModelLimits { BytesMax = 20_000 });

        var answer =
            await caller.CallAsync(Ask(Claude(server)), ModelHarness.Key, TestContext.Current.CancellationToken);

        Assert.Equal(ErrorCodes.ResponseTooLarge, answer.Code);
        Assert.Equal(ModelCaller.Quote(Ask(Claude(server))).Worst, answer.Cost);
    }

    [Fact]
    public async Task An_error_in_the_middle_of_an_answer_has_the_code_that_it_names()
    {
        await using var server = await ModelServer.StartAsync(new ProviderAnswer(200, "text/event-stream",
            [AnthropicWire.Start(5, 0, 0), .. AnthropicWire.Texts("half"),
                AnthropicWire.Event("error", AnthropicWire.Error529)]));
        using var harness = new ModelHarness();

        Assert.Equal(ErrorCodes.ModelOverloaded, (await harness.CallAsync(Ask(Claude(server)))).Code);
    }

    [Fact]
    public async Task A_connection_that_is_not_made_in_time_has_its_code_costs_nothing_and_the_next_address_is_tried()
    {
        // Whoever listens here takes the connection, and never shows who it is.
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var resolver = new ScriptedResolver();
        resolver.Answer("models.example", ["127.0.0.1"], ["127.0.0.1", "127.0.0.2"]);
        using var caller = new ModelCaller(TimeProvider.System, resolver,
            new HttpLimits { ConnectTimeout = TimeSpan.FromMilliseconds(50) }, new ModelLimits());
        var port = ((System.Net.IPEndPoint)silent.LocalEndpoint).Port;
        var request = Ask(
            new ModelSpec
            {
                Provider = ModelProvider.Openai,
                Model = "gpt-test",
                BaseUrl = $"https://models.example:{port}/v1",
                Price = Price
            })
            with
        { Network = ["127.0.0.0/8"] };

        var answer = await caller.CallAsync(request, ModelHarness.Key, TestContext.Current.CancellationToken);
        var next = await caller.CallAsync(request, ModelHarness.Key, TestContext.Current.CancellationToken);

        Assert.Equal((ErrorCodes.ConnectTimeout, Money.Zero), (answer.Code, answer.Cost));
        Assert.Equal((ErrorCodes.ConnectionRefused, Money.Zero), (next.Code, next.Cost));
    }

    [Theory]
    [InlineData("200", 200)]
    [InlineData("0", 0)]
    [InlineData("soon", 7_000)]
    [InlineData("-1", 7_000)]
    public async Task A_wait_in_milliseconds_goes_before_one_in_seconds(string wait, int expected)
    {
        await using var server = await ModelServer.StartAsync(
            new ProviderAnswer(429, "application/json", "{}") { RetryAfter = "7", RetryAfterMs = wait });
        using var harness = new ModelHarness();

        Assert.Equal(TimeSpan.FromMilliseconds(expected), (await harness.CallAsync(Ask(Gpt(server)))).RetryAfter);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_stream_is_told_apart_from_one_that_breaks_off()
    {
        await using var server = await ModelServer.StartAsync(new ProviderAnswer(200, "application/json",
            """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"7"},"finish_reason":"stop"}]}"""));
        using var harness = new ModelHarness();

        var answer = await harness.CallAsync(Ask(Gpt(server)));

        Assert.Equal(ErrorCodes.ResponseInvalid, answer.Code);
        Assert.Contains("stream", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/event-stream", "event: message_start\ndata: {nonsense\n\n")]
    [InlineData("text/html", "<html>a gateway</html>")]
    public async Task What_is_no_answer_of_a_model_is_invalid(string type, string body)
    {
        await using var server = await ModelServer.StartAsync(new ProviderAnswer(200, type, body));
        using var harness = new ModelHarness();

        Assert.Equal(ErrorCodes.ResponseInvalid, (await harness.CallAsync(Ask(Claude(server)))).Code);
        Assert.Equal(ErrorCodes.ResponseInvalid, (await harness.CallAsync(Ask(Gpt(server)))).Code);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await ModelServer.StartAsync(OpenAiWire.Answer("x"));
        await using var server = await Http.WebServer.StartAsync(context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = $"{elsewhere.Url}/v1/chat/completions";
            return Task.CompletedTask;
        });
        using var harness = new ModelHarness();

        var answer = await harness.CallAsync(Ask(Gpt(elsewhere) with { BaseUrl = $"{server.Url}/v1" }));

        Assert.Equal(ErrorCodes.ResponseInvalid, answer.Code);
        Assert.Empty(elsewhere.Received);
    }

    [Fact]
    public async Task A_name_at_a_private_address_is_reached_only_where_the_profile_allows_that_address()
    {
        await using var server = await ModelServer.StartAsync(OpenAiWire.Answer("x"));
        using var harness = new ModelHarness();
        harness.Resolver.Answer("models.example", ["127.0.0.1"]);
        var model = Gpt(server) with { BaseUrl = $"http://models.example:{server.Port}/v1" };

        Assert.Equal(ErrorCodes.EgressDenied, (await harness.CallAsync(Ask(model))).Code);
        Assert.Empty(server.Received);
        Assert.Equal(ErrorCodes.Ok, (await harness.CallAsync(Ask(model) with { Network = ["127.0.0.1"] })).Code);
    }

    [Fact]
    public async Task Nobody_listens()
    {
        var server = await ModelServer.StartAsync(OpenAiWire.Answer("x"));
        await server.DisposeAsync();
        using var harness = new ModelHarness();

        var answer = await harness.CallAsync(Ask(Claude(server)));

        Assert.Equal((ErrorCodes.ConnectionRefused, Money.Zero), (answer.Code, answer.Cost));
    }

    [Fact]
    public async Task An_answer_that_matches_its_schema_is_a_value()
    {
        await using var server =
            await ModelServer.StartAsync(AnthropicWire.Answer("""{"prime":7}"""), OpenAiWire.Answer("""{"prime":7}"""));
        using var harness = new ModelHarness();
        foreach (var model in (ModelSpec[])[Claude(server), Gpt(server)])
            Assert.Equal(
                """{"prime":7}""",
                (await harness.CallAsync(Ask(model) with { OutputSchema = Schema(Primes) })).Json?.ToString());

        var received = server.Received.ToArray();
        Assert.Equal(
            "json_schema",
            received[0].Body.GetProperty("output_config").GetProperty("format").GetProperty("type").GetString());
        Assert.Equal("json_schema", received[1].Body.GetProperty("response_format").GetProperty("type").GetString());
    }

    [Fact]
    public async Task An_endpoint_without_schemas_is_told_in_words_and_may_fence_its_answer()
    {
        await using var server = await ModelServer.StartAsync(OpenAiWire.Answer("```json\n{\"prime\":7}\n```"));
        using var harness = new ModelHarness();

        var answer = await harness.CallAsync(Ask(Gpt(server) with { StructuredOutput = StructuredOutput.Instructed })
            with
        { OutputSchema = Schema(Primes) });

        Assert.Equal("""{"prime":7}""", answer.Json?.ToString());
        var body = server.Received.Single().Body;
        Assert.False(body.TryGetProperty("response_format", out _));
        Assert.Contains(
            "additionalProperties", body.GetProperty("messages")[0].GetProperty("content").ToString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"prime":"seven"}""", "/prime")]
    [InlineData("""{"prime":7,"prime":8}""", "/prime")]
    [InlineData("""Of course: {"prime":7}""", "")]
    [InlineData("", "")]
    public async Task An_answer_that_breaks_its_schema_says_where(string text, string pointer)
    {
        await using var server = await ModelServer.StartAsync(OpenAiWire.Answer(text));
        using var harness = new ModelHarness();

        var answer = await harness.CallAsync(Ask(Gpt(server)) with { OutputSchema = Schema(Primes) });

        Assert.Equal((ErrorCodes.AnswerInvalid, text), (answer.Code, answer.Text));
        Assert.Equal(pointer, answer.Problems[0].Pointer);
        Assert.True(answer.Cost > Money.Zero);
    }

    [Fact]
    public void A_repair_shows_the_answer_and_its_mistakes()
    {
        var mended =
            AnswerSchema.WithRepair([new ModelMessage(ModelRole.User, "Name a prime.")], """{"prime":"seven"}""",
            [new Problem("/prime", ErrorCodes.SchemaViolation, "It is no integer.")]);

        Assert.Equal([ModelRole.User, ModelRole.Assistant, ModelRole.User], mended.Select(message => message.Role));
        Assert.Equal("""{"prime":"seven"}""", mended[1].Text);
        Assert.Contains("/prime: It is no integer.", mended[2].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_does_not_count_is_not_believed_to_be_free()
    {
        await using var server = await ModelServer.StartAsync(new ProviderAnswer(200, "text/event-stream",
            OpenAiWire.Chunk("""{"content":"seven"}""", null), OpenAiWire.Chunk("{}", "stop"), "data: [DONE]\n\n"));
        using var harness = new ModelHarness();

        var answer = await harness.CallAsync(Ask(Gpt(server)));

        Assert.True(answer.Succeeded && answer.IsUsageEstimated);
        Assert.InRange(answer.Cost.NanoUsd, 1, ModelCaller.Quote(Ask(Gpt(server))).Worst.NanoUsd);
    }

    [Fact]
    public async Task A_provider_that_counts_below_nothing_is_not_believed()
    {
        await using var server = await ModelServer.StartAsync(OpenAiWire.Answer("seven", prompt: 5, cached: 10));
        using var harness = new ModelHarness();

        Assert.Equal(ErrorCodes.ResponseInvalid, (await harness.CallAsync(Ask(Gpt(server)))).Code);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_throws()
    {
        await using var server = await ModelServer.StartAsync(
            new ProviderAnswer(200, "text/event-stream", AnthropicWire.Start(5, 0, 0)) { Ending = Ending.Silent });
        using var harness = new ModelHarness();
        using var cancel = new CancellationTokenSource();

        var call = harness.Caller.CallAsync(Ask(Claude(server)), Key, cancel.Token).AsTask();
        while (server.Received.IsEmpty) await Task.Yield();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }
}
