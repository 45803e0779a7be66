using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Aos.Runtime.Agents;

namespace Aos.Cli.Invocation;

/// <summary>The profile that acts, and the folder that its paths are relative to.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Folder">The folder of its file; null for the built-in one.</param>
/// <param name="Document">Its file; null for the built-in one.</param>
/// <param name="Id">The name of a profile that the server keeps; null where it came from a file.</param>
internal sealed record Agent(AgentProfile Profile, string? Folder, SourceDocument? Document = null, string? Id = null)
{
    /// <summary>What a request names or brings: the profile of a file; neither for the built-in one.</summary>
    public AgentProfile? Sent => Document is null ? null : Profile;

    /// <summary>The profile that holds where none is given.</summary>
    public static Agent Default { get; } = new(AgentProfiles.Default, null);

    /// <summary>Reads the profile that acts: a file, or on a server the name of a profile that it keeps. Paths in a file are
    /// those of the machine that runs it.</summary>
    /// <exception cref="Refusal">It cannot be read or breaks a rule.</exception>
    public static async ValueTask<Agent> ReadAsync(Session session, string? path, CancellationToken cancel)
    {
        if (!session.IsRemote) return await ReadAsync(path, cancel).ConfigureAwait(false);
        if (path is null) return Default;
        if (path != "-" && !File.Exists(path) && !path.Contains('/', StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal))
            return Default with { Id = path };
        var document = await Documents.ReadAsync(path, "profile", ErrorCodes.InvalidProfile, cancel).ConfigureAwait(false);
        var read = ProfileReader.Read(document.Utf8);
        return read.Value is { } profile
            ? new Agent(profile, null, document)
            : throw Documents.Refuse(ErrorCodes.InvalidProfile, "profile", document, read.Problems);
    }

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
