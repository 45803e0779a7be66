using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Aos.Benchmarks.Load;
using Aos.Contracts.Runs;
using Aos.Runtime;
using Aos.Runtime.Documents;
using Aos.Runtime.Runs;
using Aos.Runtime.Skills;
using Aos.Skills.Standard.JsonTransform;

namespace Aos.Benchmarks.Server;

/// <summary>Runs over HTTP against a server of its own process, beside the same runs by the engine alone, in turns. The
/// load comes from this machine, so client and server share its processors.</summary>
internal static class ServerBench
{
    private const int Rounds = 3;
    private const int Starts = 5;
    private const int Steps = 10;

    private static readonly string Plan =
        $$"""{"steps":[{{string.Join(',', Enumerable.Range(0, Steps).Select(Step))}}]}""";

    public static async Task<IReadOnlyList<ServerRow>> MeasureAsync(
        string root, IReadOnlyList<int> clients, double seconds, Action<string> tell)
    {
        await BuildAsync(root);
        tell("measuring the start …");
        var starts = new List<(double StartMs, double Resident, double Own)>();
        for (var i = 0; i < Starts; i++)
        {
            await using var idle = await ServerProcess.StartAsync(root);
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
            var (resident, own) = idle.Memory();
            starts.Add((idle.StartMs, resident, own));
        }
        var rows = new List<ServerRow>();
        foreach (var count in clients)
        {
            tell($"measuring {count} clients …");
            rows.Add(await MeasureAsync(root, count, seconds, starts));
        }
        return rows;
    }

    private static async Task<ServerRow> MeasureAsync(
        string root, int clients, double seconds, IReadOnlyList<(double StartMs, double Resident, double Own)> starts)
    {
        await using var server = await ServerProcess.StartAsync(root);
        await using var store = await BenchStore.OpenAsync("sqlite");
        await using var runtime = new AosRuntime(
            new AosRuntimeParts { Store = store.Store, Skills = SkillRegistry.Create([new JsonTransformSkill()]) });
        var request = new RunRequest { Plan = PlanReader.Read(Encoding.UTF8.GetBytes(Plan)).Value! };
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = clients })
        {
            BaseAddress = new Uri(server.Address)
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Key);
        var body = Encoding.UTF8.GetBytes($$"""{"plan":{{Plan}}}""");
        Task WaitForOneAsync(int _) => SendAsync(http, "/v1/runs?wait_seconds=30", body, "completed");
        Task SubmitAsync(int _) => SendAsync(http, "/v1/runs", body, null);
        async Task AloneAsync(int _)
        {
            if ((await runtime.RunAsync(request, CancellationToken.None)).Value is not { Status: RunStatus.Completed })
                throw new InvalidOperationException("A run of the benchmark did not complete.");
        }
        await new Sample().AddAsync(clients, Math.Min(seconds, 2), 1, WaitForOneAsync);
        await new Sample().AddAsync(clients, Math.Min(seconds, 2), 1, AloneAsync);
        var (whole, submitted, engine) = (new Sample(), new Sample(), new Sample());
        for (var round = 0; round < Rounds; round++)
        {
            await whole.AddAsync(clients, seconds / Rounds, 1, WaitForOneAsync);
            await engine.AddAsync(clients, seconds / Rounds, 1, AloneAsync);
            await submitted.AddAsync(clients, seconds / Rounds, 1, SubmitAsync);
        }
        double Middle(Func<(double StartMs, double Resident, double Own), double> of) =>
            starts.Select(of).Order().ElementAt(starts.Count / 2);
        return new ServerRow
        {
            Clients = clients,
            SubmissionsPerS = Math.Round(submitted.StepsPerSecond),
            RunsPerS = Math.Round(whole.StepsPerSecond),
            EndToEndP50Ms = Math.Round(whole.Quantile(0.5) / 1000, 2),
            EndToEndP95Ms = Math.Round(whole.Quantile(0.95) / 1000, 2),
            EngineRunsPerS = Math.Round(engine.StepsPerSecond),
            RatioToEngine = Math.Round(whole.StepsPerSecond / engine.StepsPerSecond, 3),
            LoadedMb = Math.Round(server.Memory().Resident),
            StartMs = Math.Round(Middle(start => start.StartMs)),
            IdleMb = Math.Round(Middle(start => start.Resident)),
            IdleOwnMb = Math.Round(Middle(start => start.Own)),
        };
    }

    private static async Task SendAsync(HttpClient http, string path, byte[] body, string? status)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await response.Content.ReadAsByteArrayAsync();
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"{(int)response.StatusCode}: {Encoding.UTF8.GetString(text)}");
        if (status is null) return;
        using var report = JsonDocument.Parse(text);
        if (report.RootElement.GetProperty("status").GetString() != status)
            throw new InvalidOperationException("A run of the benchmark did not complete.");
    }

    // As users do it; the figures are those of a Release build.
    private static async Task BuildAsync(string root)
    {
        var start =
            new ProcessStartInfo(Path.Combine(root, "aos")) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])["serve", "--", "--help"]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException("The server cannot be built; see above.");
    }

    private static string Step(int index) => index == 0
        ? """{"id":"s0","skill":"json_transform@1","input":{"data":{"n":7},"expression":"n"}}"""
        : $$$"""{"id":"s{{{index}}}","skill":"json_transform@1","input":{"data":{"n":"${steps.s{{{index - 1}}}.result.value}"},"expression":"n"}}""";
}
