using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Runtime;
using Aos.Server.Settings;

namespace Aos.Server;

/// <summary>The arguments of the server, as texts.</summary>
internal sealed record Arguments
{
    public bool Help { get; private init; }

    public bool Json { get; private init; }

    /// <summary>The data folder.</summary>
    public string? Data { get; private init; }

    /// <summary>The configuration that was named.</summary>
    public string? File { get; private init; }

    /// <summary>Whether standard input and output are to be answered instead of the network.</summary>
    public bool IsMcp { get; private init; }

    /// <summary>The file of the profile that acts there.</summary>
    public string? Profile { get; private init; }

    /// <summary>Whether the person at the client is asked about calls that need approval.</summary>
    public bool AsksOwner { get; private init; }

    /// <summary>The settings that were given as flags, by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Flags { get; private init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    public IReadOnlyList<Problem> Problems { get; private init; } = [];

    public static Arguments Read(string[] args, Func<string, string?> environment)
    {
        var flags = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var problems = new List<Problem>();
        var (data, file, json, help) = (default(string), default(string), false, false);
        var isMcp = args is ["mcp", ..];
        var (profile, asksOwner) = (default(string), false);
        for (var i = isMcp ? 1 : 0; i < args.Length; i++)
        {
            var (option, value) = args[i].Split('=', 2) is [var name, var given] ? (name, given) : (args[i], null);
            string? Value() => value ?? (i + 1 < args.Length ? args[++i] : null);
            if (option is "--help" or "-h") help = true;
            else if (option == "--json") json = true;
            else if (option == "--data") data = Named(option, "DIR", Value());
            else if (option == "--config") file = Named(option, "FILE", Value());
            else if (option == "--profile" && isMcp) profile = Named(option, "FILE", Value());
            else if (option == "--ask" && isMcp) asksOwner = true;
            else if (Setting.All.FirstOrDefault(setting => setting.Option == option) is { } setting)
            {
                if ((setting.IsSwitch ? value ?? "true" : Value()) is { } text)
                    flags[setting.Name] = [.. flags.GetValueOrDefault(setting.Name) ?? [], text];
                else problems.Add(Problem($"{option} needs a value: {setting.Value}."));
            }
            else problems.Add(Unknown(option));
        }
        // What was meant to be named is never what it would be without it.
        string? Named(string option, string what, string? value)
        {
            if (value is { Length: > 0 }) return value;
            problems.Add(Problem($"{option} needs a value: {what}."));
            return null;
        }
        var folder = data ?? environment("AOS_HOME") ?? DefaultData();
        if (folder.Length == 0)
            problems.Add(Problem("This user has no folder for data. Name one with --data DIR or AOS_HOME."));
        return new Arguments
        {
            Help = help,
            Json = json,
            Data = folder.Length == 0 ? null : Path.GetFullPath(folder),
            File = file,
            IsMcp = isMcp,
            Profile = profile,
            AsksOwner = asksOwner,
            Flags = flags,
            Problems = problems,
        };
    }

    public static void WriteHelp(TextWriter output)
    {
        output.WriteLine("""
            Serve runs over HTTP, and go on with those whose process is gone.

            Usage: aos serve [options]

            Each setting can stand in server.json or server.yaml in the data folder, in the environment, or here; the last one
            holds.

              --data DIR               Folder of the embedded store and of the configuration (default: AOS_HOME, or the platform's)
              --config FILE            Another configuration
              --json                   Print errors as JSON
            """);
        foreach (var setting in Setting.All)
        {
            output.WriteLine($"  {$"{setting.Option} {setting.Value}",-24} {setting.Help}");
            output.WriteLine($"  {"",-24} in the file: {setting.Name}; in the environment: {setting.Variable}");
        }
    }

    private static string DefaultData() =>
        Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify)
                is { Length: > 0 } platform
            ? Path.Combine(platform, "aos")
            : "";

    private static Problem Unknown(string option)
    {
        var like = Spelling.Nearest(
            option, Setting.All.Select(setting => setting.Option).Concat(["--data", "--config", "--json", "--help"]));
        return Problem(
            $"There is no option '{option}'.{(like is [var nearest, ..] ? $" Did you mean '{nearest}'?" : "")}");
    }

    private static Problem Problem(string message) => new("", ErrorCodes.InvalidArgument, message);
}
