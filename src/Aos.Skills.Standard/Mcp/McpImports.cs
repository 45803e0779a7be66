using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Json;

namespace Aos.Skills.Standard.Mcp;

/// <summary>The imports of a data folder: one file for each server, in the folder <c>mcp</c>.</summary>
/// <remarks>A file is whole at every moment. Changes of several processes take turns. Thread-safe.</remarks>
public sealed class McpImports(string dataFolder)
{
    private const int BytesMax = 32 << 20;
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    /// <summary>The name of the folder in the data folder.</summary>
    public const string FolderName = "mcp";

    /// <summary>The folder.</summary>
    public string Folder { get; } = Path.Combine(dataFolder, FolderName);

    /// <summary>What a name of an import is.</summary>
    public const string NameRule =
        "a lower-case letter, then lower-case letters, digits, '_' and '-', at most 24 characters";

    /// <summary>Whether a text can be the name of an import.</summary>
    public static bool IsName(string? text) => text is { Length: >= 1 and <= 24 } && char.IsAsciiLetterLower(text[0])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');

    /// <summary>All imports, by name. None where there is no folder.</summary>
    /// <exception cref="McpImportException">One cannot be read, or was edited.</exception>
    public IReadOnlyList<McpImport> ReadAll() => !Directory.Exists(Folder) ? []
        : [.. Directory.EnumerateFiles(Folder, "*.json").Order(StringComparer.Ordinal).Select(ReadFile)];

    /// <summary>One import; null where there is none of that name.</summary>
    /// <exception cref="McpImportException">It cannot be read, or was edited.</exception>
    public McpImport? Find(string name) => IsName(name) && File.Exists(PathOf(name)) ? ReadFile(PathOf(name)) : null;

    /// <summary>Changes one import, or makes or removes it, while nobody else changes one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="change">Gets it as it is (null: there is none) and gives it as it is to be (null: none).</param>
    /// <param name="time">Measures how long others may keep it, at most ten seconds.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="McpImportException">It cannot be read or written.</exception>
    public async ValueTask<McpImport?> ChangeAsync(
        string name, Func<McpImport?, McpImport?> change, TimeProvider time, CancellationToken cancel)
    {
        if (!IsName(name))
            throw new McpImportException(ErrorCodes.InvalidArgument, $"'{name}' is no name of an import: {NameRule}.");
        try
        {
            Directory.CreateDirectory(Folder);
            using var turn = await TakeTurnAsync(time, cancel).ConfigureAwait(false);
            var after = change(Find(name));
            if (after is null) File.Delete(PathOf(name));
            else Write(PathOf(name), after);
            return after;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new McpImportException(
                ErrorCodes.StorageUnavailable, $"'{PathOf(name)}' cannot be written: {failure.Message}");
        }
    }

    /// <summary>Removes an import, also one that cannot be read.</summary>
    /// <returns>Whether there was one of that name.</returns>
    public bool Remove(string name)
    {
        if (!IsName(name) || !File.Exists(PathOf(name))) return false;
        try
        {
            File.Delete(PathOf(name));
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new McpImportException(
                ErrorCodes.StorageUnavailable, $"'{PathOf(name)}' cannot be removed: {failure.Message}");
        }
    }

    private async ValueTask<FileStream> TakeTurnAsync(TimeProvider time, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(
                    Path.Combine(Folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (time.GetElapsedTime(began) < LockPatience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancel).ConfigureAwait(false);
            }
        }
    }

    // Environments may hold what is private although it is no secret: the file is its owner's alone.
    private static void Write(string path, McpImport import)
    {
        var draft = $"{path}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(draft, options))
        {
            JsonSerializer.Serialize(file, import, McpJson.Readable.McpImport);
            file.Write("\n"u8);
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path, overwrite: true);
    }

    private static McpImport ReadFile(string path)
    {
        try
        {
            if (new FileInfo(path).Length > BytesMax) throw Broken(path, $"it is larger than {BytesMax >> 20} MiB");
            var import = JsonSerializer.Deserialize(File.ReadAllBytes(path), McpJson.Readable.McpImport)
                ?? throw Broken(path, "it is empty");
            Check(path, import);
            return import;
        }
        catch (Exception failure)
            when (failure is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw Broken(path, failure.Message);
        }
    }

    private static void Check(string path, McpImport import)
    {
        if (import.Name != Path.GetFileNameWithoutExtension(path))
            throw Broken(path, $"it is of the import '{import.Name}'");
        if ((import.Server.Command is null) == (import.Server.Url is null))
            throw Broken(path, "it needs a command or an address");
        foreach (var pin in import.Tools)
        {
            if (CanonicalJson.Sha256Hex(pin.Definition.Element) != pin.Hash)
                throw Broken(path, $"the definition of '{pin.Tool}' is not the one that was accepted");
            if (!pin.ReadContract().Name.Value.StartsWith($"{import.Name}.", StringComparison.Ordinal))
                throw Broken(path, $"the skill of '{pin.Tool}' is not one of '{import.Name}'");
        }
    }

    private static McpImportException Broken(string path, string why) =>
        new(ErrorCodes.InvalidImport, $"The import '{path}' cannot be used: {why}.");

    private string PathOf(string name) => Path.Combine(Folder, $"{name}.json");
}

/// <summary>An import cannot be read, made or changed.</summary>
public sealed class McpImportException : Exception
{
    /// <summary>Says why.</summary>
    public McpImportException(Contracts.Values.ErrorCode code, string message) : base(message) => Code = code;

    /// <summary>The code of the taxonomy.</summary>
    public Contracts.Values.ErrorCode Code { get; }
}
