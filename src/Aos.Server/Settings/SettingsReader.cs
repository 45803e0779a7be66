using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Runtime;
using Aos.Runtime.Documents;

namespace Aos.Server.Settings;

/// <summary>Reads the settings: the file first, then the environment, then the flags, each over the one before. Every
/// mistake is named, with where it stands.</summary>
internal static class SettingsReader
{
    private static readonly string[] FileNames = ["server.json", "server.yaml", "server.yml"];

    /// <summary>Reads the settings.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="file">The file that was named; null: <c>server.json</c> or <c>server.yaml</c> in the data folder,
    /// if there is one.</param>
    /// <param name="environment">A variable of the environment; null where it is not set.</param>
    /// <param name="flags">What was given as flags, by the name of the setting.</param>
    public static (ServerSettings Settings, IReadOnlyList<Problem> Problems) Read(string data, string? file,
        Func<string, string?> environment, IReadOnlyDictionary<string, IReadOnlyList<string>> flags)
    {
        var settings = new ServerSettings { Data = data };
        var problems = new List<Problem>();
        foreach (var (place, name, texts) in FromFile(data, file, problems)
            .Concat(FromEnvironment(environment))
            .Concat(flags.Select(flag => (Find(flag.Key).Option, flag.Key, flag.Value))))
        {
            (settings, var mistake) = Find(name).Apply(settings, texts);
            if (mistake is not null)
                problems.Add(new Problem(place, ErrorCodes.InvalidArgument, $"{place}: {mistake}."));
        }
        problems.AddRange(Together(settings).Select(text => new Problem("", ErrorCodes.InvalidArgument, text)));
        return (settings, problems);
    }

    private static Setting Find(string name) => Setting.All.First(setting => setting.Name == name);

    // What is wrong with settings that are good by themselves.
    private static IEnumerable<string> Together(ServerSettings settings)
    {
        if (settings.OidcAuthority is not null && settings.OidcAudience is null)
            yield return
                "oidc_authority needs oidc_audience: a token that was made out for somebody else must not be accepted.";
        if (settings.OidcAuthority is null && settings.OidcAudience is not null)
            yield return "oidc_audience was given without oidc_authority.";
        if (settings.ConnectionsMax > 0 && settings.ConnectionsMax < settings.RequestsMax)
            yield return $"connections_max: {settings.ConnectionsMax} connections cannot carry "
                + $"the {settings.RequestsMax} requests at a time of requests_max.";
        if (settings.Listen.Any(address => address.Scheme == "https"))
            yield return
                "listen: https is not offered by the server itself; put a proxy in front of it that speaks TLS.";
    }

    private static IEnumerable<(string, string, IReadOnlyList<string>)> FromEnvironment(
        Func<string, string?> environment) =>
        from setting in Setting.All
        let value = environment(setting.Variable)
        where !string.IsNullOrEmpty(value)
        select (setting.Variable, setting.Name, (IReadOnlyList<string>)[value]);

    private static IEnumerable<(string, string, IReadOnlyList<string>)> FromFile(
        string data, string? file, List<Problem> problems)
    {
        var path = file ?? FileNames.Select(name => Path.Combine(data, name)).FirstOrDefault(File.Exists);
        if (path is null) return [];
        ReadOnlyMemory<byte> bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(
                new Problem(
                    "", ErrorCodes.InvalidArgument, $"The configuration '{path}' cannot be read: {error.Message}"));
            return [];
        }
        var read = DocumentReader.ReadText(bytes);
        if (read.Value is not { Element: { ValueKind: JsonValueKind.Object } document })
        {
            if (read.Problems.Count == 0)
                problems.Add(
                    new Problem(
                        "", ErrorCodes.InvalidArgument, $"{path}: the configuration is an object of settings."));
            foreach (var problem in read.Problems)
                problems.Add(problem with { Message = $"{path}: {problem.Message}" });
            return [];
        }
        return [.. Members(path, document, problems)];
    }

    private static IEnumerable<(string, string, IReadOnlyList<string>)> Members(
        string path, JsonElement document, List<Problem> problems)
    {
        foreach (var member in document.EnumerateObject())
        {
            if (Setting.All.All(setting => setting.Name != member.Name))
            {
                var like = Spelling.Nearest(member.Name, Setting.All.Select(setting => setting.Name));
                problems.Add(new Problem($"/{member.Name}", ErrorCodes.InvalidArgument,
                    $"{path}: there is no setting "
                        + $"'{member.Name}'.{(like is [var nearest, ..] ? $" Did you mean '{nearest}'?" : "")}"));
            }
            else if (Texts(member.Value) is { } texts) yield return ($"{path}: {member.Name}", member.Name, texts);
            else
                problems.Add(
                    new Problem(
                        $"/{member.Name}", ErrorCodes.InvalidArgument,
                        $"{path}: {member.Name}: is neither a text, a number, a truth value nor a list of texts."));
        }
    }

    private static IReadOnlyList<string>? Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Number => [value.GetRawText()],
        JsonValueKind.True => ["true"],
        JsonValueKind.False => ["false"],
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            [.. value.EnumerateArray().Select(item => item.GetString()!)],
        _ => null,
    };
}
