using System.Text;
using Aos.Abstractions.Secrets;
using Aos.Abstractions.Skills;
using Aos.Cli.Invocation;
using Aos.Contracts.Secrets;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Mcp;

namespace Aos.Tests.Skills.Mcp;

/// <summary>A data folder, a server that does odd things, and what was imported of it.</summary>
public sealed class McpBench : IAsyncDisposable
{
    private readonly List<McpSkills> _read = [];

    public McpBench() => Imports = new McpImports(Path.Combine(Folder, "data"));

    public string Folder { get; } = Directory.CreateTempSubdirectory("aos-mcp-").FullName;

    public McpImports Imports { get; }

    internal McpLimits Limits { get; set; } = new() { MessageBytesMax = 1 << 20 };

    public McpServerSpec Odd => new()
    {
        Command = "node",
        Arguments = [Path.Combine(AppContext.BaseDirectory, "Skills", "Mcp", "odd_server.mjs")],
        Environment = new Dictionary<string, McpValue> { ["ODD_FOLDER"] = new() { Text = Folder } },
    };

    /// <summary>Tells the server something by a file.</summary>
    public void Tell(string name, string text = "") => File.WriteAllText(Path.Combine(Folder, name), text);

    /// <summary>What the server noted.</summary>
    public IReadOnlyList<string> Noted(string name) =>
        File.Exists(Path.Combine(Folder, name)) ? File.ReadAllLines(Path.Combine(Folder, name)) : [];

    public static ValueTask<McpOffer> AskAsync(
        McpServerSpec server, ISecretResolver? secrets = null, params string[] network) =>
        McpOffer.AskAsync(
            server, secrets ?? NoSecrets.Instance, [.. network], TimeProvider.System,
            TestContext.Current.CancellationToken);

    /// <summary>Imports every tool of a server, as the command line does.</summary>
    public async Task<McpImport> ImportAsync(
        McpServerSpec server, EffectClass effect = EffectClass.Once, ISecretResolver? secrets = null,
        params string[] network)
    {
        var offer = await AskAsync(server, secrets, network);
        var contracts = new ImportedContracts(server, "odd", []);
        var import = new McpImport
        {
            Name = "odd",
            Server = server,
            Tools = [
                .. offer.Tools.Select(tool => contracts.Pin(tool, effect, 10_000, before: null))
                    .Select(made => made.Pin ?? throw new InvalidOperationException(made.Mistake))],
        };
        await Imports.ChangeAsync("odd", _ => import, TimeProvider.System, TestContext.Current.CancellationToken);
        return import;
    }

    /// <summary>What a new process would offer.</summary>
    public IReadOnlyList<ISkill> Read()
    {
        var skills = McpSkills.Read(Imports, Limits, TimeProvider.System);
        _read.Add(skills);
        return skills.All;
    }

    public static ISkill Named(IReadOnlyList<ISkill> skills, string tool) =>
        skills.Single(skill => skill.Contract.Name.Value == $"odd.{tool}");

    public static SkillCall Call(
        string input = "{}", ISecretResolver? secrets = null, int timeoutMs = 30_000,
        EffectClass effect = EffectClass.Once, params string[] network) => new()
        {
            Input = Payload.FromUtf8(Encoding.UTF8.GetBytes(input)),
            IdempotencyKey = "the-key",
            Effect = effect,
            Timeout = TimeSpan.FromMilliseconds(timeoutMs),
            Secrets = secrets ?? NoSecrets.Instance,
            Network = [.. network],
        };

    public static async Task<SkillResult> InvokeAsync(
        IReadOnlyList<ISkill> skills, string tool, SkillCall? call = null) =>
        await Named(skills, tool).InvokeAsync(call ?? Call(), TestContext.Current.CancellationToken);

    /// <summary>Ends what this process holds of servers.</summary>
    public async Task CloseAsync()
    {
        foreach (var skills in _read) await skills.DisposeAsync();
        _read.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Gives one secret, as a profile that names it.</summary>
internal sealed class GivenSecret(string name, string value, params string[] hosts) : ISecretResolver
{
    public ValueTask<SecretResolution> ResolveAsync(SecretName asked, CancellationToken cancel) =>
        new(asked.Value == name
        ? SecretResolution.Found(new SecretValue(asked, value, [.. hosts]))
        : SecretResolution.Denied(asked));
}
