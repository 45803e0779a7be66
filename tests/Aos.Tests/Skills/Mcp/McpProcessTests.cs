using System.Diagnostics;
using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Skills.Standard.Mcp;

namespace Aos.Tests.Skills.Mcp;

/// <summary>Servers that are started as a command, and what they may do to their caller.</summary>
public sealed class McpProcessTests : IAsyncLifetime
{
    private readonly McpBench _bench = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task Text_comes_back_and_the_key_of_the_call_is_sent_along()
    {
        await _bench.ImportAsync(_bench.Odd);
        var result = await McpBench.InvokeAsync(_bench.Read(), "echo", McpBench.Call("""{"text":"hé\n<b>"}"""));

        Assert.True(result.Succeeded, result.Message);
        Assert.Equal("hé\n<b>", result.Result!.Element.GetProperty("text").GetString());
        Assert.Equal(0, result.Result.Element.GetProperty("content").GetArrayLength());
        Assert.Equal(
            ("mcp_tool_call", "odd/echo", false),
            (result.SideEffects.Single().Type, result.SideEffects.Single().Target,
                result.SideEffects.Single().Reversible));
        Assert.Contains("tools/call echo the-key", _bench.Noted("asked"));
    }

    [Fact]
    public async Task Structured_content_is_preferred_to_the_text_that_repeats_it_and_is_held_to_its_schema()
    {
        await _bench.ImportAsync(_bench.Odd);
        var skills = _bench.Read();
        var result = await McpBench.InvokeAsync(skills, "weather", McpBench.Call("""{"degrees":21.5}"""));

        Assert.Equal("""{"structured":{"degrees":21.5},"text":"","content":[]}""", result.Result!.ToString());
        var schema =
            Assert.IsType<Aos.Contracts.Schemas.SchemaCompilation.Compiled>(Aos.Contracts.Schemas.JsonSchema.Compile(
            McpBench.Named(skills, "weather").Contract.OutputSchema.Element,
            Aos.Contracts.Schemas.SchemaOptions.Default)).Schema;
        Assert.True(schema.IsValid(result.Result.Element));
        var wrong = await McpBench.InvokeAsync(skills, "weather", McpBench.Call("""{"degrees":"warm"}"""));
        Assert.False(schema.IsValid(wrong.Result!.Element));
    }

    [Fact]
    public async Task Images_links_and_resources_come_back_as_content()
    {
        await _bench.ImportAsync(_bench.Odd);
        var result = await McpBench.InvokeAsync(_bench.Read(), "picture");

        Assert.Equal("one\ntwo", result.Result!.Element.GetProperty("text").GetString());
        Assert.Equal("""
            [{"type":"image","mime_type":"image/png","data":"AAEC"},{"type":"resource_link","uri":"file:///a.txt","name":"a"},{"type":"resource","uri":"mem://b","mime_type":"text/plain","text":"bee"}]
            """.Trim(), result.Result.Element.GetProperty("content").GetRawText());
    }

    [Theory]
    [InlineData("fail", "MCP_TOOL_FAILED", EffectState.Unknown, "no such city")]
    [InlineData("refuse", "INVALID_INPUT", EffectState.None, "text is missing")]
    [InlineData("crash_inside", "MCP_TOOL_FAILED", EffectState.Unknown, "something broke")]
    public async Task What_a_tool_calls_a_failure_is_one(string tool, string code, EffectState effect, string said)
    {
        await _bench.ImportAsync(_bench.Odd);
        var result = await McpBench.InvokeAsync(_bench.Read(), tool);

        Assert.Equal((code, effect, false), (result.Code.Value, result.Effect, result.Succeeded));
        Assert.Contains(said, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_tool_that_only_reads_has_changed_nothing()
    {
        await _bench.ImportAsync(_bench.Odd, EffectClass.Read);
        var result = await McpBench.InvokeAsync(_bench.Read(), "fail", McpBench.Call(effect: EffectClass.Read));

        Assert.Equal(EffectState.None, result.Effect);
        Assert.Equal("no such city", result.Result!.Element.GetProperty("text").GetString());
    }

    [Fact]
    public async Task One_process_serves_all_calls_of_an_agent_and_another_agent_gets_another()
    {
        await _bench.ImportAsync(_bench.Odd);
        var before = _bench.Noted("started").Count;
        var skills = _bench.Read();
        Assert.Equal(before, _bench.Noted("started").Count);

        await Task.WhenAll(
            Enumerable.Range(0, 8)
                .Select(n => McpBench.InvokeAsync(skills, "echo", McpBench.Call($$"""{"text":"{{n}}"}"""))));
        Assert.Equal(before + 1, _bench.Noted("started").Count);

        await McpBench.InvokeAsync(skills, "echo", McpBench.Call("""{"text":"x"}""") with { AgentId = "other" });
        Assert.Equal(before + 2, _bench.Noted("started").Count);
    }

    [Fact]
    public async Task A_server_that_dies_in_a_call_leaves_its_outcome_unknown_and_is_started_anew_for_the_next()
    {
        await _bench.ImportAsync(_bench.Odd);
        var skills = _bench.Read();
        var dead = await McpBench.InvokeAsync(skills, "die");

        Assert.Equal(("CONNECTION_RESET", EffectState.Unknown), (dead.Code.Value, dead.Effect));
        Assert.Contains("out of cheese", dead.Cause, StringComparison.Ordinal);
        Assert.InRange(dead.Cause!.Length, 1, 6_000);
        Assert.True((await McpBench.InvokeAsync(skills, "echo", McpBench.Call("""{"text":"again"}"""))).Succeeded);
    }

    [Fact]
    public async Task A_call_that_is_given_up_is_cancelled_on_the_server_too()
    {
        await _bench.ImportAsync(_bench.Odd);
        var skills = _bench.Read();
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var call = McpBench.Named(skills, "hang").InvokeAsync(McpBench.Call(), giveUp.Token).AsTask();
        while (!_bench.Noted("asked").Contains("tools/call hang the-key")) await Task.Yield();
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        while (_bench.Noted("cancelled").Count == 0) await Task.Yield();
        Assert.True((await McpBench.InvokeAsync(skills, "echo", McpBench.Call("""{"text":"on"}"""))).Succeeded);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_is_cut_off_before_it_is_in_memory()
    {
        await _bench.ImportAsync(_bench.Odd);
        var skills = _bench.Read();
        var huge = await McpBench.InvokeAsync(skills, "huge");

        Assert.Equal(("RESPONSE_TOO_LARGE", EffectState.Unknown), (huge.Code.Value, huge.Effect));
        Assert.True((await McpBench.InvokeAsync(skills, "echo", McpBench.Call("""{"text":"on"}"""))).Succeeded);
    }

    [Fact]
    public async Task A_server_gets_a_small_environment_and_the_secrets_that_the_agent_may_use()
    {
        var server = _bench.Odd with
        {
            Environment = new Dictionary<string, McpValue>(_bench.Odd.Environment!)
            {
                ["ODD_KEY"] = new() { Prefix = "key ", Secret = "ODD_SECRET" }
            },
        };
        var secrets = new GivenSecret("ODD_SECRET", "s3cr3t-7f");
        await _bench.ImportAsync(server, secrets: secrets);
        Environment.SetEnvironmentVariable("AOS_TEST_STRAY", "stray");
        var skills = _bench.Read();
        var result = await McpBench.InvokeAsync(skills, "env", McpBench.Call(secrets: secrets));

        var seen = JsonDocument.Parse(result.Result!.Element.GetProperty("text").GetString()!).RootElement;
        Assert.Equal("key s3cr3t-7f", seen.GetProperty("ODD_KEY").GetString());
        Assert.True(seen.TryGetProperty("PATH", out _));
        Assert.False(seen.TryGetProperty("AOS_TEST_STRAY", out _));
        var denied = await McpBench.InvokeAsync(skills, "env");
        Assert.Equal(("SECRET_NOT_ALLOWED", EffectState.None), (denied.Code.Value, denied.Effect));
        Assert.DoesNotContain(
            "s3cr3t", File.ReadAllText(Path.Combine(_bench.Imports.Folder, "odd.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_cannot_start_is_unavailable_and_its_last_words_show_no_secret()
    {
        await _bench.ImportAsync(_bench.Odd);
        _bench.Tell("broken");
        var result = await McpBench.InvokeAsync(_bench.Read(), "echo", McpBench.Call("""{"text":"x"}"""));
        Assert.Equal(("MCP_UNAVAILABLE", EffectState.None), (result.Code.Value, result.Effect));
        Assert.Contains("exit code 7", result.Cause, StringComparison.Ordinal);

        var server = _bench.Odd with
        {
            Environment = new Dictionary<string, McpValue>(_bench.Odd.Environment!)
            {
                ["ODD_KEY"] = new() { Secret = "ODD_SECRET" }
            },
        };
        var error = await Assert.ThrowsAsync<McpImportException>(
            async () => await McpBench.AskAsync(server, new GivenSecret("ODD_SECRET", "s3cr3t-7f")));
        Assert.Equal(ErrorCodes.McpUnavailable, error.Code);
        Assert.Contains("[secret:ODD_SECRET]", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_is_not_there_is_unavailable()
    {
        var error = await Assert.ThrowsAsync<McpImportException>(
            async () => await McpBench.AskAsync(new McpServerSpec { Command = "aos-no-such-program" }));
        Assert.Equal(ErrorCodes.McpUnavailable, error.Code);
        Assert.Contains("aos-no-such-program", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_and_ended()
    {
        _bench.Tell("deaf");
        var server = _bench.Odd with { Command = "sleep", Arguments = ["1000"], ConnectTimeoutMs = 300 };
        var error = await Assert.ThrowsAsync<McpImportException>(async () => await McpBench.AskAsync(server));
        Assert.Equal(ErrorCodes.ConnectTimeout, error.Code);
    }

    [Fact]
    public async Task An_attempt_that_ends_before_the_server_is_ready_has_changed_nothing()
    {
        await _bench.ImportAsync(_bench.Odd);
        await _bench.Imports.ChangeAsync(
            "odd", import => import! with { Server = import.Server with { Command = "sleep", Arguments = ["1000"] } },
            TimeProvider.System, Stop);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(200);
        var result = await McpBench.Named(_bench.Read(), "echo")
            .InvokeAsync(McpBench.Call("""{"text":"x"}""", timeoutMs: 100), patience.Token);
        Assert.Equal(("CANCELLED", EffectState.None), (result.Code.Value, result.Effect));
    }

    [Fact]
    public async Task A_list_of_tools_without_end_is_not_read_to_its_end()
    {
        await _bench.ImportAsync(_bench.Odd);
        _bench.Tell("endless");
        var result = await McpBench.InvokeAsync(_bench.Read(), "echo", McpBench.Call("""{"text":"x"}"""));
        Assert.Equal(("RESPONSE_TOO_LARGE", EffectState.None), (result.Code.Value, result.Effect));
    }

    [Fact]
    public async Task A_server_ends_with_everything_that_it_started_even_if_it_does_not_want_to()
    {
        await _bench.ImportAsync(_bench.Odd);
        _bench.Tell("stubborn");
        _bench.Limits = _bench.Limits with { ExitPatience = TimeSpan.FromMilliseconds(200) };
        var spawned = await McpBench.InvokeAsync(_bench.Read(), "spawn");
        int[] ids = [
            int.Parse(_bench.Noted("started")[^1]),
            int.Parse(spawned.Result!.Element.GetProperty("text").GetString()!)];
        Assert.All(ids, id => Assert.True(IsAlive(id)));

        await _bench.CloseAsync();
        foreach (var id in ids)
            while (IsAlive(id)) await Task.Yield();
    }

    [Fact]
    public async Task What_a_server_started_ends_also_where_the_server_ends_by_itself()
    {
        await _bench.ImportAsync(_bench.Odd);
        var spawned = await McpBench.InvokeAsync(_bench.Read(), "spawn");
        var id = int.Parse(spawned.Result!.Element.GetProperty("text").GetString()!);
        await _bench.CloseAsync();
        while (IsAlive(id)) await Task.Yield();
    }

    // A zombie that nobody has waited for yet is dead.
    private static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            var state = File.ReadAllText($"/proc/{id}/stat");
            return state[state.LastIndexOf(')') + 2] != 'Z';
        }
        catch (Exception gone) when (gone is ArgumentException or IOException)
        {
            return false;
        }
    }
}
