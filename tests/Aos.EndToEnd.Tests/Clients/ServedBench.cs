using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Aos.EndToEnd.Tests.Infrastructure;

namespace Aos.EndToEnd.Tests.Clients;

/// <summary>A server as a process, and a bench whose commands work on it.</summary>
public sealed partial class ServedBench : IDisposable
{
    private readonly Bench _server = new();

    [GeneratedRegex("listening on (?<address>http://[^\\s]+)", RegexOptions.None, 1_000)]
    private static partial Regex Listening();

    [GeneratedRegex("aos_[0-9a-z]{12}_[0-9a-z]{58}", RegexOptions.None, 1_000)]
    private static partial Regex FirstKey();

    public Bench Bench { get; } = new();

    public string Address { get; private set; } = "";

    public string Key { get; private set; } = "";

    /// <summary>The file of a second key: whoever began a run approves none of its calls.</summary>
    public string OtherKeyFile { get; private set; } = "";

    /// <summary>The process of the server.</summary>
    public Infrastructure.Cli Process { get; private set; } = null!;

    public static async Task<ServedBench> StartAsync(CancellationToken cancel)
    {
        var served = new ServedBench();
        served.Process =
            served._server.Start("serve", "--", "--listen", "http://127.0.0.1:0", "--rate-per-second", "10000");
        await served.Process.SaysAsync("$AOS_SERVER/v1/runs");
        (served.Address, served.Key) =
            (Listening().Match(served.Process.Said).Groups["address"].Value,
                FirstKey().Match(served.Process.Said).Value);
        served.Bench.Set("AOS_SERVER", served.Address);
        served.Bench.Set("AOS_API_KEY", served.Key);
        using var http = new HttpClient { BaseAddress = new Uri(served.Address) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", served.Key);
        using var body =
            new StringContent("""{"name":"second","roles":["admin"]}""", Encoding.UTF8, "application/json");
        using var made = await http.PostAsync("/v1/keys", body, cancel);
        served.OtherKeyFile = served.Bench.Write(
            "second.key", FirstKey().Match(await made.Content.ReadAsStringAsync(cancel)).Value + "\n");
        return served;
    }

    public void Dispose()
    {
        Bench.Dispose();
        _server.Dispose();
    }
}
