using System.Text;
using System.Text.RegularExpressions;
using Aos.Cli;
using Aos.Cli.Rendering;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Clients;

/// <summary>The same commands on a store of this machine and on a server: the same output, the same exit
/// codes.</summary>
public sealed partial class RemoteParityTests : EndToEndTest
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const string Waits = """{ "id": "hear", "wait": { "signal": "go" } }""";

    // {name} is what an earlier command called so; "> name" behind a command keeps an id of its output.
    private static readonly string[] Script =
    [
        "skills --json", "describe-skill http_call --json", "describe-skill no_such_skill",
        "validate --plan good.json --agent profile.json --json", "validate --plan good.json --agent profile.json",
        "validate --plan bad.json --agent profile.json --json", "validate --plan bad.json --agent profile.json",
        "validate --plan malformed.json --agent profile.json --json",
        "validate --plan malformed.json --agent profile.json",
        "run --plan malformed.json --agent profile.json --json", "simulate --plan malformed.json",
        "validate --plan syntax.json --json",
        "validate --plan syntax.json", "simulate --plan bad.json --agent profile.json --budget 1 --json",
        "simulate --plan good.json --agent profile.json --json",
        "simulate --plan good.json --agent profile.json --budget 1 --budget 0.5",
        "simulate --plan good.json --compare waits.json --agent profile.json --json",
        "run --plan good.json --agent profile.json --json --idempotency-key k1 > good",
        "run --plan good.json --agent profile.json --json --idempotency-key k1",
        "run --plan good.json --agent profile.json --max-cost-cents 0 --confirm --yes",
        "run --plan waits.json --agent profile.json --idempotency-key k1",
        "run --plan fails.json --agent profile.json > failed", "run --plan forbidden.json --json",
        "run \"do what no rule knows\" --json",
        "run --plan asks.json --agent profile.json --json > asked", "approvals --json > request",
        "approve {request} --yes --json",
        "run --plan asks.json --agent profile.json > asked2", "approvals > request2",
        "reject {request2} --yes --reason no",
        "approvals", "approvals --all --json", "approve apr_0123456789abcdef0123456789abcdef --yes",
        "run --plan waits.json --agent profile.json --json > waiting", "signal {waiting} nobody",
        "signal {waiting} go --data {\"a\":1} --json",
        "run --plan waits.json --agent profile.json > waiting2",
        "policy tighten quiet.json --run {waiting2} --reason incident --json",
        "cancel {waiting2} --reason enough --json",
        "run --plan unknown.json --agent profile.json > unknown", "query {unknown} pending_settlements --json",
        "settle {unknown} pay --happened no --reason looked --no-resume --json", "resume {unknown} --json",
        "settle {good} get --happened yes",
        "runs --json", "runs --status failed --status cancelled",
        "trace {good} --json", "trace {failed} --events", "trace {good}", "trace run_00000000000000000000000000",
        "query {good}", "query {good} remaining_budget_cents --json", "query {failed} why_did_step_fail",
        "query {good} no_such_query",
        "replay {good} --json", "replay {failed} --mode dry --json", "replay {good} --mode live --json",
        "fork {good} --from get --json",
        "exec json_transform --input {\"data\":{\"a\":[1,2]},\"expression\":\"sum(a)\"} --json",
        "exec http_call --input {\"nonsense\":1}",
        "exec http_call --agent profile.json --idempotency-key k2 --input @get.json --json",
        "resume", "resume {good} --json", "release --held",
        "budget --json", "budget --per-day 300 --per-month 5000 --json", "budget tester",
        "failures TIMEOUT", "failures --export failed.jsonl --force --json",
        "policy list --json", "policy show quiet.json", "policy what-if quiet.json --json",
        "stats calibration no_such_skill --json", "export {good} -o good.aosrun --force --json",
        "replay good.aosrun --json",
        "agents list", "agents list --json", "agents put clerk.json --create", "agents put clerk.json --create --json",
        "agents put clerk.json --json", "agents show clerk", "agents show clerk --json", "agents list",
        "agents list --json",
        "run \"say hello\" --agent clerk --json", "run \"say hello\" --agent ruled.json --json",
        "agents put ruled.json",
        "run \"say hello\" --agent ruled --json", "agents put clerk.json --if-match nothing",
        "agents remove clerk --if-match nothing --json",
        "agents put clerk.json --create --if-match x", "agents remove clerk", "agents remove clerk --json",
        "agents show clerk",
        "agents put broken.json --json", "agents put default.json --json", "agents remove ruled --json",
        "policy put quiet.json --create", "policy put quiet.json --create --json", "policy show quiet",
        "policy put quiet.json --json",
        "policy list --json", "policy remove quiet", "policy remove quiet --json", "policy put broken.json",
        "webhooks list", "webhooks add http://192.0.2.1/hook --event run.cancelled --description pager --json > hook",
        "webhooks list --json",
        "webhooks list", "webhooks show {hook}", "webhooks rotate {hook} --overlap-minutes 5 --json",
        "webhooks show {hook} --json",
        "webhooks rotate {hook} --overlap-minutes 0", "webhooks show {hook}",
        "webhooks rotate {hook} --overlap-minutes 43201",
        "webhooks enable {hook} --json", "webhooks enable {hook}", "webhooks deliveries {hook} --json",
        "webhooks deliveries {hook} --dead",
        "webhooks replay {hook} msg_none --json", "webhooks add ftp://example.com --event nothing --json",
        "webhooks add ftp://example.com",
        "webhooks add http://192.0.2.1/ --secret-name HOOK --json > hook2", "webhooks rotate {hook2}",
        "webhooks rotate {hook2} --json",
        "webhooks remove {hook}", "webhooks remove {hook2} --json", "webhooks show {hook} --json",
        "webhooks deliveries {hook}",
    ];

    [GeneratedRegex("run_[0-9a-z]{20,}", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex RunIdText();

    [GeneratedRegex("apr_[0-9a-f]{16,}", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex ApprovalIdText();

    [GeneratedRegex("wh_[0-9a-f]{16}", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex WebhookIdText();

    [GeneratedRegex("whsec_[A-Za-z0-9+/]{43}=", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex SecretText();

    [Fact]
    public async Task Each_command_says_the_same_and_exits_the_same_on_a_store_and_on_a_server()
    {
        using var served = await ServedBench.StartAsync(Cancel);
        Server.On("/ok", _ => new Reply(200, """{"a":1}""")).On("/bad", _ => new Reply(404))
            .On("/pay", (_, _) => Task.FromResult(new Reply(500)));
        WriteFiles();
        var keyFile = Bench.Write("first.key", served.Key);
        string[] local = ["--data", Bench.Data];
        string[] remote = ["--server", served.Address, "--key-file", keyFile];
        // Whoever began a run approves none of its calls.
        string[] second = ["--server", served.Address, "--key-file", served.OtherKeyFile];

        var expected = await RunAsync(_ => local);
        var found = await RunAsync(
            line => line.StartsWith("appro", StringComparison.Ordinal)
                || line.StartsWith("reject", StringComparison.Ordinal) ? second : remote);

        var differences = new StringBuilder();
        for (var i = 0; i < Script.Length; i++)
            if (Difference(expected[i], found[i]) is { } difference)
                differences.Append($"\n=== {Script[i]}\n{difference}\n");
        Assert.True(differences.Length == 0, differences.ToString());
        foreach (var code in (int[])[0, 1, 2, 3, 4])
            Assert.Contains(expected, result => result.StartsWith($"exit {code}\n", StringComparison.Ordinal));
    }

    // What differs, with a little before it.
    private static string? Difference(string expected, string found)
    {
        if (expected == found) return null;
        var same = expected.Zip(found).TakeWhile(pair => pair.First == pair.Second).Count();
        string Around(string text) => text[Math.Max(0, same - 120)..Math.Min(text.Length, same + 400)];
        return $"--- on a store: {Around(expected)}\n--- on a server: {Around(found)}";
    }

    private void WriteFiles()
    {
        Bench.Write(
            "good.json",
            $$"""{ "steps": [ {{Call("get", "/ok")}}, { "id": "take", "skill": "json_transform@1", "input": { "data": {"a":1}, "expression": "a" } } ] }""");
        Bench.Write("fails.json", Plan(Call("get", "/bad")));
        Bench.Write(
            "bad.json",
            """{ "steps": [ { "id": "a", "skill": "no_such@1", "input": {} }, { "id": "b", "skill": "json_transform@1", "depends_on": ["c"], "input": { "expression": "(" } } ] }""");
        Bench.Write("malformed.json", """
            { "steps": [
              { "id": "a", "skill": "no_such@1", "input": {}, "nonsense": 1 },
              { "id": "Bad Id", "skill": "json_transform@1", "input": { "expression": "(" } },
              { "id": "b", "skill": "http_call@1", "depends_on": ["nobody"], "input": {}, "timeout_ms": "long" } ] }
            """);
        Bench.Write("syntax.json", "{ \"steps\": [\n  { \"id\" } ] }");
        Bench.Write("forbidden.json", Plan(Call("get", "/ok")));
        Bench.Write("asks.json", Plan(Call("pay", "/ok", more: "\"approval\": { \"role\": \"operator\" }")));
        Bench.Write("waits.json", Plan(Waits));
        Bench.Write("unknown.json", Plan(Call("pay", "/pay", "POST", "\"retry\": { \"max_attempts\": 1 }")));
        Bench.Write("get.json", $$"""{ "url": "{{Server.Url("/ok")}}" }""");
        Bench.Write("clerk.json", """{"agent_id":"clerk","description":"keeps books","skills":["json_transform@1"]}""");
        Bench.Write("broken.json", """{"agent_id":"broken","nonsense":1,"skills":["no skill"]}""");
        Bench.Write("default.json", """{"agent_id":"default"}""");
        Bench.Write(
            "ruled.json",
            """{"agent_id":"ruled","skills":["json_transform@1"],"planner":{"id":"rule","rules":"rules.json"}}""");
        Bench.Write("rules.json", """
            {"version":"1","rules":[{"id":"hello","pattern":"^say hello$","plan":{"steps":[
              {"id":"say","skill":"json_transform@1","input":{"data":{"a":"hello"},"expression":"a"}}]}}]}
            """);
        Bench.Write(
            "quiet.json",
            """{"policy":"quiet","version":1,"rules":[{"id":"no_posts","verdict":"deny","match":{"skills":["http_call"],"methods":["POST"]}}]}""");
    }

    // In this process: what is compared is what commands say, and not how a process starts.
    private async Task<List<string>> RunAsync(Func<string, string[]> target)
    {
        var (kept, results) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<string>());
        foreach (var line in Script)
        {
            var (command, name) = line.Split(" > ") is [var before, var after] ? (before, after) : (line, null);
            foreach (var (key, value) in kept) command = command.Replace($"{{{key}}}", value, StringComparison.Ordinal);
            string[] arguments = [.. target(line), .. Words(command).Select(InFolder)];
            using var output = new MemoryStream();
            using var error = new MemoryStream();
            var exit = await CommandLine.RunAsync(arguments, Screen.Of(arguments, output, error), Cancel);
            var (said, complained) =
                (Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
            if (name is not null)
            {
                var ids = (name.StartsWith("request", StringComparison.Ordinal) ? ApprovalIdText()
                    : name.StartsWith("hook", StringComparison.Ordinal) ? WebhookIdText() : RunIdText()).Matches(said);
                kept[name] = ids.Count > 0 ? ids[^1].Value : "none";
            }
            // Where there is data, what stands beside it is progress, which comes when it comes.
            results.Add(Normalise($"exit {exit}\n{(said.Length > 0 ? said : complained)}"));
        }
        return results;
    }

    private string InFolder(string word) => FileName().IsMatch(word)
        ? (word.StartsWith('@') ? "@" : "") + Path.Combine(Bench.Folder, word.TrimStart('@'))
        : word;

    [GeneratedRegex(@"^@?[a-z]+\.(json|jsonl|aosrun)$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex FileName();

    private static IEnumerable<string> Words(string command)
    {
        foreach (Match word in Word().Matches(command))
            yield return word.Groups["quoted"].Success ? word.Groups["quoted"].Value : word.Value;
    }

    [GeneratedRegex("(?<![^ ])\"(?<quoted>[^\"]*)\"(?![^ ])|[^ ]+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Word();

    // What two runs of the same never have in common: names, moments, spans, and what is a digest of them.
    private string Normalise(string text)
    {
        text = Target().Replace(text.Replace(Bench.Folder, "FOLDER", StringComparison.Ordinal), "");
        foreach (var (pattern, with) in ((Regex, string)[])
            [(RunIdText(), "RUN"), (ApprovalIdText(), "APR"), (WebhookIdText(), "HOOK"), (SecretText(), "SECRET"),
                (Moment(), "TIME"), (DigestText(), "DIGEST"), (Member(), "${name}:0"), (Mark(), "${name}:\"ID\""),
                (Asker(), ""), (Who(), "WHO"), (Span(), "SPAN"), (Spaces(), " ")])
            text = pattern.Replace(text, with);
        return text;
    }

    // In commands that are suggested.
    [GeneratedRegex(" --(data|server|key-file) [^ \n]+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Target();

    [GeneratedRegex(
        @"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?|\b\d\d:\d\d:\d\d\b", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Moment();

    [GeneratedRegex("(sha256:)?[0-9a-f]{64}|\\b[0-9a-f]{16}…", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex DigestText();

    [GeneratedRegex(
        "(?<name>\"[a-z0-9_]*(_ms|bytes|tenant_version)\"): ?-?[0-9.eE+-]+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Member();

    [GeneratedRegex(
        "(?<name>\"(trace_id|span_id|date|parent_span_id)\"): ?\"[^\"]*\"", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Mark();

    // A store knows its user by the name on this machine, a server its caller by the key.
    private static Regex Who() =>
        new($"key:[0-9a-z]{{12}}|(user:)?\\b{Regex.Escape(Environment.UserName)}\\b", RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1));

    [GeneratedRegex(",\"(requested_by|principal)\": ?(\"[^\"]*\"|\\{[^{}]*\\})", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Asker();

    [GeneratedRegex(
        @"\b[0-9][0-9.,]* ?(ms|s|min|h|d|bytes)\b( ago)?|\b(just now|in a moment|now)\b|[▪█▓▒┄░·]+",
        RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Span();

    [GeneratedRegex("[ \\t]+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Spaces();
}
