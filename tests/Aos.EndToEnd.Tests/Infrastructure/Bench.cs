using System.Text.Json;

namespace Aos.EndToEnd.Tests.Infrastructure;

/// <summary>A folder for one test: a store, files, and processes that use them.</summary>
public sealed class Bench : IDisposable
{
    private readonly List<Cli> _processes = [];
    private readonly Dictionary<string, string?> _environment = new(StringComparer.Ordinal)
    {
        ["NO_COLOR"] = null,
        ["COLUMNS"] = "120",
        ["AOS_COMMAND"] = null,
        ["AOS_SERVER"] = null,
        ["AOS_API_KEY"] = null,
        ["AOS_API_KEY_FILE"] = null,
    };

    public Bench()
    {
        Folder = Directory.CreateTempSubdirectory("aos-e2e-").FullName;
        _environment["AOS_HOME"] = Data;
        // What the tests' server is allowed to be: loopback is reached only where a profile names it.
        Profile = Write("profile.json", """
            { "agent_id": "tester", "skills": ["http_call@1", "json_transform@1"],
              "network": { "allow": ["127.0.0.1"] } }
            """);
    }

    public string Folder { get; }

    /// <summary>The store's folder, as <c>AOS_HOME</c>.</summary>
    public string Data => Path.Combine(Folder, "data");

    /// <summary>A profile that may reach the tests' server.</summary>
    public string Profile { get; }

    public string Database => Path.Combine(Data, "aos.db");

    public void Set(string variable, string? value) => _environment[variable] = value;

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public Cli Start(params string[] arguments) => Keep(Cli.Start(_environment, null, arguments));

    public Cli StartInShell(string before, params string[] arguments) =>
        Keep(Cli.StartInShell(_environment, before, arguments));

    public Task<CliResult> AosAsync(params string[] arguments) => Start(arguments).EndAsync();

    /// <summary>With standard input.</summary>
    public Task<CliResult> AosWithAsync(string input, params string[] arguments) =>
        Keep(Cli.Start(_environment, input, arguments)).EndAsync();

    /// <summary>Runs a plan with the profile that may reach the tests' server, and prints the report.</summary>
    public Task<CliResult> RunPlanAsync(string plan, params string[] more) =>
        AosAsync(["run", "--plan", Write("plan.json", plan), "--agent", Profile, "--json", .. more]);

    public Cli StartPlan(string plan, params string[] more) =>
        Start(["run", "--plan", Write("plan.json", plan), "--agent", Profile, "--json", .. more]);

    /// <summary>The events of a run.</summary>
    public async Task<IReadOnlyList<JsonElement>> TraceAsync(string run) =>
        (await AosAsync("trace", run, "--json")).Exits(0).JsonLines;

    public void Dispose()
    {
        foreach (var process in _processes) process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Ends a process with the bench.</summary>
    public Cli Keep(Cli process)
    {
        _processes.Add(process);
        return process;
    }
}
