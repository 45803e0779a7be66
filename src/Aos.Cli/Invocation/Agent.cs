using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Plans;
using Aos.Contracts.Values;
using Aos.Runtime.Agents;
using Aos.Runtime.Planning;

namespace Aos.Cli.Invocation;

/// <summary>The profile that acts.</summary>
/// <param name="Profile">The profile, with the planning rules of the file that it names.</param>
/// <param name="Document">Its file; null for the built-in one.</param>
/// <param name="Id">The name of a profile that the server keeps; null where it came from a file.</param>
internal sealed record Agent(AgentProfile Profile, SourceDocument? Document = null, string? Id = null)
{
    /// <summary>What a request brings: null for the built-in profile, and for one that the server keeps.</summary>
    public AgentProfile? Sent { get; private init; }

    /// <summary>The profile that holds where none is given.</summary>
    public static Agent Default { get; } = new(AgentProfiles.Default);

    /// <summary>Reads the profile that acts: a file, or the name of a profile that is kept where the command works.
    /// Paths in a file are those of the machine that runs it, but for planning rules, which go along.</summary>
    /// <exception cref="Refusal">It cannot be read or breaks a rule.</exception>
    public static async ValueTask<Agent> ReadAsync(Session session, string? path, CancellationToken cancel)
    {
        if (path is null) return Default;
        if (session.IsRemote)
            return IsName(path)
                ? Default with { Id = path }
                : await ReadForServerAsync(path, cancel).ConfigureAwait(false);
        if (IsName(path) && path == Default.Profile.AgentId) return Default;
        return IsName(path) && await session.FindAgentAsync(path, cancel).ConfigureAwait(false) is { } kept
            ? new Agent(kept) { Sent = kept }
            : await ReadAsync(path, cancel).ConfigureAwait(false);
    }

    /// <summary>Reads a profile for this machine; the default one where no file is named.</summary>
    /// <exception cref="Refusal">It cannot be read or breaks a rule.</exception>
    public static async ValueTask<Agent> ReadAsync(string? path, CancellationToken cancel)
    {
        if (path is null) return Default;
        var agent = await ReadForServerAsync(path, cancel).ConfigureAwait(false);
        // What a profile names is beside it, wherever the command is called from.
        var (profile, folder) = (agent.Profile, FolderOf(path));
        if (profile.Workspace is { } workspace)
            profile = profile with { Workspace = Path.GetFullPath(workspace, folder) };
        if (profile.Models.Values.Any(model => model.Script is not null))
            profile = profile with
            {
                Models = ValueMap.From(profile.Models.Select(model => KeyValuePair.Create(model.Key,
                    model.Value.Script is { } script
                        ? model.Value with { Script = Path.GetFullPath(script, folder) }
                        : model.Value))),
            };
        return agent with { Profile = profile, Sent = profile };
    }

    /// <summary>Whether a text can be the name of a profile, and there is no file of that name.</summary>
    private static bool IsName(string text) => text != "-" && !File.Exists(text) && text.IndexOfAny(['/', '\\']) < 0;

    private static string FolderOf(string path) =>
        path == "-" ? Environment.CurrentDirectory : Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <summary>Reads a profile for a server: paths in it are the server's.</summary>
    /// <exception cref="Refusal">It cannot be read or breaks a rule.</exception>
    public static async ValueTask<Agent> ReadForServerAsync(string path, CancellationToken cancel)
    {
        var document = await Documents.ReadAsync(path, "profile", ErrorCodes.InvalidProfile, cancel)
            .ConfigureAwait(false);
        var read = ProfileReader.Read(document.Utf8);
        if (read.Value is not { } profile)
            throw Documents.Refuse(ErrorCodes.InvalidProfile, "profile", document, read.Problems);
        if (profile.Planner?.Rules is PlanningRulesSource.Beside { Path: var file })
            profile = PlanningRulesReader.Inline(profile,
                await RulesAsync(Path.GetFullPath(file, FolderOf(path)), cancel).ConfigureAwait(false));
        return new Agent(profile, document) { Sent = profile };
    }

    private static async ValueTask<PlanningRules> RulesAsync(string path, CancellationToken cancel)
    {
        const string what = "file of planning rules";
        var document = await Documents.ReadAsync(path, what, ErrorCodes.InvalidProfile, cancel).ConfigureAwait(false);
        var read = PlanningRulesReader.Read(document.Utf8);
        return read.Value ?? throw Documents.Refuse(ErrorCodes.InvalidProfile, what, document, read.Problems);
    }
}
