using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aos.EndToEnd.Tests.Infrastructure;
using Aos.Storage.Tests.Postgres;
using Npgsql;

namespace Aos.EndToEnd.Tests.Crashes;

/// <summary>Two servers over one store on PostgreSQL spend the same money, and are killed by the system (SIGKILL) while
/// they hold it. The database writes every state down that it commits.</summary>
public sealed partial class PostgresMoneyKillTests : IAsyncLifetime
{
    private const ulong Seed = 20261123;
    private const int RunsARound = 12;

    // Of each round's agent, in a day: ten runs at a time, and no more than sixteen in all.
    private const int PerDay = 80;

    // At the end of each transaction that changed an account: the most that is spent and held for an agent, what is
    // held, the runs that are open, and those that hold something. Transactions that change the account of a tenant
    // come one after the other.
    private const string WriteDownSql = """
        CREATE TABLE public.states (taken numeric, held numeric, open bigint, holders bigint);
        CREATE FUNCTION public.write_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO public.states SELECT
            (SELECT max(held + spent) FROM aos.ledger WHERE scope = 'agent' AND period = 'day'),
            (SELECT sum(held) FROM aos.ledger WHERE scope = 'tenant' AND period = 'day'),
            (SELECT count(*) FROM aos.runs WHERE status NOT IN ('completed', 'failed', 'cancelled')),
            (SELECT count(*) FROM aos.charges WHERE held <> 0);
          RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER write_down AFTER INSERT OR UPDATE ON aos.ledger DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION public.write_down()
        """;

    private const string WrongSql = """
        SELECT string_agg(DISTINCT s::text, '; ') FROM public.states s
        WHERE taken > $1 OR held <> $2 * open OR open <> holders
        """;

    private const long CentInNanoUsd = 10_000_000;

    private static readonly int Rounds = PaidWorld.RoundsOr(2);

    private readonly Dice _dice = new(Seed);
    private readonly List<Served> _servers = [];
    private PaidWorld _world = null!;
    private PostgresServer _postgres = null!;
    private string _key = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [GeneratedRegex("listening on (?<address>http://[^\\s]+)", RegexOptions.None, 1_000)]
    private static partial Regex Listening();

    [GeneratedRegex("aos_[0-9a-z]{12}_[0-9a-z]{58}", RegexOptions.None, 1_000)]
    private static partial Regex Key();

    public async ValueTask InitializeAsync()
    {
        _world = await PaidWorld.StartAsync();
        _postgres = await PostgresServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) server.Dispose();
        await _postgres.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_is_killed_with_money_in_hand_nothing_is_overspent_and_nothing_stays_held()
    {
        Served[] servers = [await ServeAsync("--new-admin-key"), await ServeAsync()];
        await _postgres.ExecuteAsync(WriteDownSql);
        var runs = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 1; round <= Rounds; round++)
        {
            // One is killed as the answer to a question is on its way, the other at any question.
            Assert.Null(
                await BuyAsync(
                    runs, servers[0], $"one{round}",
                    _world.Profile($"one{round}", silentAt: 2, $"buyer{round}", PerDay)));
            var profile = _world.Profile($"many{round}", silentAt: 0, $"buyer{round}", PerDay);
            var many = Enumerable.Range(0, RunsARound)
                .Select(i => BuyAsync(runs, servers[i % 2], $"many{round}-{i}", profile)).ToList();
            await _world.AskedAsync($"one{round}", 2);
            servers[0].Crash();
            await Task.WhenAny(
                _world.AskedAsync($"many{round}", 1 + _dice.Below(RunsARound * PaidWorld.Costs / 2)),
                Task.WhenAll(many));
            servers[1].Crash();
            var unheard = (await Task.WhenAll(many)).OfType<string>().ToList();
            servers = [await ServeAsync(), await ServeAsync()];
            // Who heard nothing asks again under the same key, which is the same run.
            foreach (var key in unheard) Assert.Null(await BuyAsync(runs, servers[_dice.Below(2)], key, profile));
            await EndAllAsync(servers);
        }

        Assert.Equal(
            DBNull.Value,
            await _postgres.ExecuteAsync(WrongSql, PerDay * CentInNanoUsd, PaidWorld.PerRun * CentInNanoUsd));
        Assert.InRange(
            (long)(await _postgres.ExecuteAsync("SELECT max(open) FROM public.states"))!, 2, PerDay / PaidWorld.PerRun);
        var today = Read(await servers[0].AskAsync("GET", "/v1/budgets")).At("accounts/0");
        Assert.Equal(0, today.At("held_cents").GetDecimal());
        var paid = 0m;
        foreach (var run in runs) paid += await CostOfAsync(servers[0], run);
        Assert.Equal(paid, today.At("spent_cents").GetDecimal());
        Assert.InRange(_world.Server.Arrivals.Count, Rounds * PaidWorld.Costs, paid);
    }

    // Begins a run; null where its server answered, and otherwise its key.
    private static async Task<string?> BuyAsync(HashSet<string> runs, Served server, string key, string profile)
    {
        var (status, answer) = await server.TryAskAsync(
            "POST", "/v1/runs", $$"""{ "plan": {{PaidWorld.Plan}}, "profile": {{profile}} }""", key);
        if (status is null) return key;
        if (status is 200 or 202)
            lock (runs) runs.Add(Read(answer).Text("run_id"));
        else Assert.Equal("AGENT_BUDGET_EXCEEDED", Read(answer).Text("code"));
        return null;
    }

    private static JsonElement Read(string text) => JsonDocument.Parse(text).RootElement;

    // Every third run that is open is cancelled; the others go on by themselves.
    private static async Task EndAllAsync(Served[] servers)
    {
        var open = await OpenAsync(servers[0]);
        foreach (var run in open.Where((_, i) => i % 3 == 0))
            await servers[1].TryAskAsync("POST", $"/v1/runs/{run}/cancel", "{}"); // Unless it ends first.
        var clock = Stopwatch.StartNew();
        while ((await OpenAsync(servers[0])) is { Count: > 0 } left)
            Assert.True(clock.Elapsed < Infrastructure.Cli.Patience, $"Still open: {string.Join(", ", left)}.");
    }

    private static async Task<List<string>> OpenAsync(Served server) =>
        [.. Read(await server.AskAsync("GET", "/v1/runs?limit=200")).At("items").EnumerateArray()
        .Where(run => run.Text("status") is not ("completed" or "failed" or "cancelled"))
        .Select(run => run.Text("run_id"))];

    // What the journal says that a run has cost: what came back, and all that was held for what got lost.
    private static async Task<decimal> CostOfAsync(Served server, string run)
    {
        var held = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var cost = 0m;
        foreach (var line in (await server.AskAsync("GET", $"/v1/runs/{run}/trace")).Split(
            '\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (e, data) = (Read(line), Read(line).At("data"));
            switch (e.Text("type"))
            {
                case "attempt_started": held[Attempt(e)] = data.At("reserved_cents").GetDecimal(); break;
                case "attempt_returned" when held.Remove(Attempt(e)):
                    cost += data.TryGetProperty("cost_cents", out var cents) ? cents.GetDecimal() : 0; break;
                case "attempt_lost" when held.Remove(Attempt(e), out var lost): cost += lost; break;
                default: break;
            }
        }
        return cost;

        static string Attempt(JsonElement e) => $"{e.Text("step_id")} {e.At("attempt").GetInt32()}";
    }

    private async Task<Served> ServeAsync(params string[] more)
    {
        var bench = new Bench();
        Directory.CreateDirectory(bench.Data);
        await File.WriteAllTextAsync(
            Path.Combine(bench.Data, "tenant.json"), """{ "budget": { "per_day_cents": 1000000 } }""", Cancel);
        var address = new NpgsqlConnectionStringBuilder(_postgres.ConnectionString);
        var store = string.Create(
            CultureInfo.InvariantCulture,
            $"postgres://{address.Username}@{address.Host}:{address.Port}/{address.Database}");
        var process = bench.Start(
            ["serve", "--", "--listen", "http://127.0.0.1:0", "--store", store, "--adopt-seconds", "1", .. more]);
        await process.SaysAsync("listening on http");
        if (more.Length > 0)
        {
            await process.SaysAsync("$AOS_SERVER/v1/runs");
            _key = Key().Match(process.Said).Value;
        }
        _servers.Add(
            new Served(bench, process, new Uri(Listening().Match(process.Said).Groups["address"].Value), _key));
        return _servers[^1];
    }

    /// <summary>A server that can be killed.</summary>
    private sealed class Served : IDisposable
    {
        private readonly Bench _bench;
        private readonly Infrastructure.Cli _process;
        private readonly HttpClient _http;

        public Served(Bench bench, Infrastructure.Cli process, Uri address, string key)
        {
            (_bench, _process) = (bench, process);
            _http = new HttpClient { BaseAddress = address, Timeout = Infrastructure.Cli.Patience };
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        public void Crash() => _process.Crash();

        public async Task<string> AskAsync(string method, string path, string? body = null)
        {
            var (status, answer) = await TryAskAsync(method, path, body);
            Assert.True(status is 200 or 202, $"{method} {path}: {status} {answer}\n{_process.Said}");
            return answer;
        }

        /// <summary>The answer; no status where the server went before it gave one.</summary>
        public async Task<(int? Status, string Answer)> TryAskAsync(
            string method, string path, string? body = null, string? key = null)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            if (key is not null) request.Headers.Add("Idempotency-Key", key);
            try
            {
                using var response = await _http.SendAsync(request, Cancel);
                return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
            }
            catch (HttpRequestException)
            {
                return (null, "");
            }
        }

        public void Dispose()
        {
            _http.Dispose();
            _bench.Dispose();
        }
    }
}
