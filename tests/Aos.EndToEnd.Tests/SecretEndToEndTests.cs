using System.Text;
using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests;

/// <summary>A secret that is easily recognised goes where it should, and is then searched for everywhere
/// else.</summary>
public sealed class SecretEndToEndTests : EndToEndTest
{
    private const string Canary = "c4n4ry/+Z0ë\"7f3a91d2-tweet";

    private static readonly byte[] Bytes = Encoding.UTF8.GetBytes(Canary);

    // Written by hand, not by the code under test: pieces that stay the same wherever the secret stands.
    private static readonly string[] Traces =
    [
        "7f3a91d2-tweet", "c4n4ry", Uri.EscapeDataString(Canary), JsonEncodedText.Encode(Canary).ToString(),
        Convert.ToHexString(Bytes), Convert.ToHexStringLower(Bytes),
        Convert.ToBase64String(Bytes)[..24], Convert.ToBase64String(Bytes[1..])[..20],
        Convert.ToBase64String(Bytes[2..])[..20],
    ];

    [Theory]
    [InlineData(200)]
    [InlineData(500)]
    public async Task A_canary_reaches_the_server_and_nothing_else(int status)
    {
        // The test's server shows the body that it was sent in every way that it can think of.
        Server.On(
            "/echo",
            (_, arrival) => Task.FromResult(new Reply(status, JsonSerializer.Serialize(new Dictionary<string, string>
            {
                ["raw"] = Canary,
                ["base64"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + Canary)),
                ["url"] = Uri.EscapeDataString(Canary),
                ["hex"] = Convert.ToHexString(Bytes),
                [Canary] = "as a name",
                ["sent"] = arrival.Body,
            }))));
        Bench.Set("CANARY", Canary);
        Bench.Write("profile.json", """
            { "agent_id": "tester", "skills": ["http_call@1", "json_transform@1"], "network": { "allow": ["127.0.0.1"] },
              "secrets": ["CANARY@127.0.0.1"] }
            """);
        var plan = $$"""
            { "steps": [
                { "id": "ask", "skill": "http_call@1", "retry": { "max_attempts": 1 }, "on_failure": "continue",
                  "input": { "url": "{{Server.Url("/echo")}}",
                             "auth": { "type": "basic", "username": "user", "password": { "$secret": "CANARY" } } } },
                { "id": "show", "skill": "json_transform@1", "depends_on": ["ask"], "input": { "data": "${steps.ask.result}", "expression": "@" } } ],
              "output": "steps" }
            """;

        var run = (await Bench.RunPlanAsync(plan)).Exits(0);
        var id = run.Json.Text("run_id");
        Assert.Equal(1, Server.Count("/echo"));
        var texts = new List<string> { run.Out, run.Error };
        string[][] commands =
        [
            ["trace", id], ["trace", id, "--json"], ["query", id, "what_did_i_try_already"],
            ["query", id, "what_did_i_try_already", "--json"],
            ["runs", "--json"], ["replay", id, "--json"], ["doctor"],
            ["export", id, "-o", Path.Combine(Bench.Folder, "run.aos")],
            ["backup", Path.Combine(Bench.Folder, "backup.db")], ["secrets", "--agent", Bench.Profile],
            ["secrets", "--agent", Bench.Profile, "--json"],
        ];
        foreach (var command in commands)
        {
            var said = await Bench.AosAsync(command);
            texts.AddRange([said.Out, said.Error]);
        }
        Assert.Contains(texts, text => status != 200 || text.Contains("[secret:CANARY]", StringComparison.Ordinal));

        foreach (var text in texts) AssertClean(text, "what a command said");
        var files = Directory.GetFiles(Bench.Folder, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => file.EndsWith("aos.db", StringComparison.Ordinal));
        foreach (var file in files)
            AssertClean(
                Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)),
                file);
    }

    [Fact]
    public async Task Secrets_lists_what_is_named_and_exits_with_4_where_one_is_missing()
    {
        Bench.Write(
            "profile.json",
            """{ "agent_id": "tester", "skills": ["http_call@1"], "secrets": ["HERE@api.example.com", "GONE"] }""");
        Bench.Set("HERE", Canary);

        var listed = (await Bench.AosAsync("secrets", "--agent", Bench.Profile, "--json")).Exits(4);
        var shown = (await Bench.AosAsync("secrets", "--agent", Bench.Profile)).Exits(4);

        Assert.Equal("missing", listed.Json.At("secrets/0").Text("status"));
        Assert.Equal("found", listed.Json.At("secrets/1").Text("status"));
        Assert.Contains(
            "the environment variable GONE", listed.Json.At("secrets/0").Text("message"), StringComparison.Ordinal);
        Assert.Contains("api.example.com", shown.Out, StringComparison.Ordinal);
        AssertClean(listed.Out + shown.Out + shown.Error, "what a command said");
    }

    [Fact]
    public async Task A_plan_that_asks_for_a_secret_which_the_profile_does_not_name_exits_with_4()
    {
        var plan = $$"""{ "steps": [ { "id": "a", "skill": "http_call@1", "input": { "url": "{{Server.Url("/x")}}", "headers": { "X": { "$secret": "HOME" } } } } ] }""";

        var refused = (await Bench.RunPlanAsync(plan)).Exits(4);

        Assert.Equal("SECRET_NOT_ALLOWED", refused.Json.Text("code"));
        Assert.Equal(0, Server.Count("/x"));
    }

    [Fact]
    public async Task A_proxy_of_the_environment_is_not_used()
    {
        Server.On("/direct", _ => new Reply(200));
        foreach (var variable in (string[])["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
            Bench.Set(variable, "http://127.0.0.1:9/");

        (await Bench.RunPlanAsync(Plan(Call("fetch", "/direct")))).Exits(0);

        Assert.Equal(1, Server.Count("/direct"));
    }

    private static void AssertClean(string text, string where)
    {
        foreach (var trace in Traces)
            Assert.False(text.Contains(trace, StringComparison.OrdinalIgnoreCase), $"'{trace}' is in {where}.");
    }
}
