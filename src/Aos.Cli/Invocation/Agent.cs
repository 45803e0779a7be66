using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Aos.Runtime.Agents;

namespace Aos.Cli.Invocation;

/// <summary>The profile that acts, and the folder that its paths are relative to.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Folder">The folder of its file; null for the built-in one.</param>
/// <param name="Document">Its file; null for the built-in one.</param>
internal sealed record Agent(AgentProfile Profile, string? Folder, SourceDocument? Document = null)
{
    /// <summary>The profile that holds where none is given.</summary>
    public static Agent Default { get; } = new(AgentProfiles.Default, null);

    /// <summary>Reads a profile; the default one where no file is named.</summary>
    /// <exception cref="Refusal">It cannot be read or breaks a rule.</exception>
    public static async ValueTask<Agent> ReadAsync(string? path, CancellationToken cancel)
    {
        if (path is null) return Default;
        var document = await Documents.ReadAsync(path, "profile", ErrorCodes.InvalidProfile, cancel).ConfigureAwait(false);
        var read = ProfileReader.Read(document.Utf8);
        if (read.Value is not { } profile)
            throw Documents.Refuse(ErrorCodes.InvalidProfile, "profile", document, read.Problems);
        var folder = path == "-" ? Environment.CurrentDirectory : Path.GetDirectoryName(Path.GetFullPath(path))!;
        // What a profile names is beside it, wherever the command is called from.
        if (profile.Workspace is { } workspace)
            profile = profile with { Workspace = Path.GetFullPath(workspace, folder) };
        if (profile.Models.Values.Any(model => model.Script is not null))
            profile = profile with
            {
                Models = ValueMap.From(profile.Models.Select(model => KeyValuePair.Create(model.Key,
                    model.Value.Script is { } script ? model.Value with { Script = Path.GetFullPath(script, folder) } : model.Value))),
            };
        return new Agent(profile, folder, document);
    }
}
