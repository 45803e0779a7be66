using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Aos.EndToEnd.Tests.Servers;

/// <summary>The description of the API as others see it: a linter, and people.</summary>
public sealed partial class PublicDescriptionTests : ServerTest
{
    [GeneratedRegex("<script[^>]*>", RegexOptions.None, 1_000)]
    private static partial Regex Script();

    [GeneratedRegex(" src=\"(?<address>[^\"]*)\"", RegexOptions.None, 1_000)]
    private static partial Regex Source();

    [Fact]
    public async Task The_linter_has_nothing_to_say()
    {
        var file = Path.Combine(Settings.Data, "openapi.json");
        await File.WriteAllTextAsync(
            file, (await SendAsync("GET", "/openapi/v1.json", null, null)).Is(200).Text, Cancel);
        var (exit, said) = await LintAsync(file);
        Assert.True(exit == 0, said);

        // It looks: a description with a mistake does not pass.
        await File.WriteAllTextAsync(
            file, (await File.ReadAllTextAsync(file, Cancel)).Replace(
                "\"operationId\":\"whoami\"", "\"operationId\":\"health\"", StringComparison.Ordinal), Cancel);
        (exit, said) = await LintAsync(file);
        Assert.True(exit != 0 && said.Contains("operation-operationId-unique", StringComparison.Ordinal), said);
    }

    [Fact]
    public async Task The_page_for_people_needs_no_key_and_loads_nothing_from_elsewhere()
    {
        var page = await SendAsync("GET", "/docs/", null, null);
        page.Is(200);

        Assert.Equal("text/html", page.Message.Content.Headers.ContentType!.MediaType);
        Assert.Contains("\"url\":\"openapi/v1.json\"", page.Text, StringComparison.Ordinal);
        var policy = Assert.Single(page.Message.Headers.GetValues("Content-Security-Policy"));
        var nonce = Regex.Match(
            policy, "'nonce-(?<value>[^']+)'", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups["value"].Value;
        Assert.NotEmpty(nonce);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        var scripts = Script().Matches(page.Text);
        Assert.NotEmpty(scripts);
        Assert.All(scripts, script => Assert.Contains($"nonce=\"{nonce}\"", script.Value, StringComparison.Ordinal));
        var sources = Source().Matches(page.Text).Select(source => source.Groups["address"].Value).ToList();
        Assert.NotEmpty(sources);
        foreach (var source in sources)
        {
            var address = new Uri(new Uri(Address + "/docs/"), source);
            Assert.Equal(new Uri(Address).Authority, address.Authority);
            var loaded = (await SendAsync("GET", address.PathAndQuery, null, null)).Is(200);
            Assert.Contains(
                "javascript", loaded.Message.Content.Headers.ContentType!.MediaType, StringComparison.Ordinal);
            Assert.True(loaded.Text.Length > 1_000, $"{source} has {loaded.Text.Length} characters");
        }
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", page.Text);
        Assert.NotEqual(
            policy,
            Assert.Single(
                (await SendAsync("GET", "/docs/", null, null)).Message.Headers.GetValues("Content-Security-Policy")));
    }

    private static async Task<(int Exit, string Said)> LintAsync(string file)
    {
        var folder = Linter();
        var start = new ProcessStartInfo(
            "node", [Path.Combine(folder, "node_modules", "@stoplight", "spectral-cli", "dist", "index.js"),
            "lint", file, "--ruleset", Path.Combine(folder, "ruleset.yaml"), "--fail-severity", "warn"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(Infrastructure.Cli.Patience);
        try
        {
            var (said, complained) =
                (process.StandardOutput.ReadToEndAsync(patience.Token),
                    process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await said + await complained);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    // ./test installs it; where it is missing, the test does.
    private static string Linter()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Aos.slnx")))
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("The repository was not found.");
        folder = Path.Combine(folder, "tests", "Aos.EndToEnd.Tests", "Servers", "lint");
        if (File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json"))) return folder;
        using var npm =
            Process.Start(new ProcessStartInfo("npm", ["ci", "--no-progress"]) { WorkingDirectory = folder })!;
        Assert.True(npm.WaitForExit(Infrastructure.Cli.Patience) && npm.ExitCode == 0,
            "The linter could not be installed: run ./test, which installs Node.js and it.");
        return folder;
    }
}
