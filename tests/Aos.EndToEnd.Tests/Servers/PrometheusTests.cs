using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>A real Prometheus and its tool, which the script of the tests installs.</summary>
public sealed class PrometheusTests : ServerTest
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aos-prometheus-").FullName;

    private static string Deploy
    {
        get
        {
            var root = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(root!.FullName, "Aos.slnx"))) root = root.Parent;
            return Path.Combine(root.FullName, "deploy");
        }
    }

    [Fact]
    public async Task The_alert_rules_do_what_their_tests_say()
    {
        Assert.Equal("", await ToolAsync("", "check", "rules", Path.Combine(Deploy, "alerts.yml")));
        Assert.Equal("", await ToolAsync("", "test", "rules", Path.Combine(Deploy, "alerts.test.yml")));
    }

    [Fact]
    public async Task A_scrape_breaks_no_rule_of_the_tool()
    {
        await RunAsync(Submission(Transform("t")));
        Assert.Equal("", await ToolAsync((await GetAsync("/metrics")).Is(200).Text, "check", "metrics"));
    }

    [Fact]
    public async Task A_real_prometheus_scrapes_the_server_with_a_key_that_may_do_nothing_else()
    {
        await RunAsync(Submission(Transform("t")));
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "key"), await KeyAsync("viewer", "local", "metrics:read"), Cancel);
        await File.WriteAllTextAsync(Path.Combine(_folder, "prometheus.yml"), $$"""
            global: { scrape_interval: 200ms }
            scrape_configs:
              - job_name: aos
                authorization: { credentials_file: key }
                static_configs: [ { targets: [ "{{new Uri(Address).Authority}}" ] } ]
            """, Cancel);
        var port = FreePort();
        using var prometheus = Start(
            "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
            $"--web.listen-address=127.0.0.1:{port}");
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            patience.CancelAfter(Infrastructure.Cli.Patience);
            using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (await SamplesAsync(http, patience.Token) == 0) await poll.WaitForNextTickAsync(patience.Token);
        }
        finally
        {
            prometheus.Kill(entireProcessTree: true);
            await prometheus.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static async Task<int> SamplesAsync(HttpClient http, CancellationToken cancel)
    {
        try
        {
            var text =
                await http.GetStringAsync("/api/v1/query?query=aos_skill_calls_total%7Bskill%3D%22json_transform%22%7D%20and%20on%28job%29%20up%20%3D%3D%201", cancel);
            return JsonDocument.Parse(text).RootElement.At("data/result").GetArrayLength();
        }
        catch (HttpRequestException)
        {
            return 0; // It is still starting.
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    // What the tool has against it; nothing where all is well.
    private async Task<string> ToolAsync(string input, params string[] arguments)
    {
        using var tool = new Process
        {
            StartInfo = new ProcessStartInfo("promtool", arguments)
            {
                WorkingDirectory = _folder,
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        tool.Start();
        await tool.StandardInput.WriteAsync(input);
        tool.StandardInput.Close();
        var (output, error) = (tool.StandardOutput.ReadToEndAsync(Cancel), tool.StandardError.ReadToEndAsync(Cancel));
        await tool.WaitForExitAsync(Cancel);
        return tool.ExitCode == 0 ? "" : await output + await error;
    }
}
