namespace Aos.Cli.Demo;

/// <summary>The files of <c>examples/demo_btc</c>, which this program carries with it.</summary>
internal static class DemoFiles
{
    private static readonly string[] Names = ["profile.yaml", "rules.json", "plan.json"];

    /// <summary>Writes the files into a folder.</summary>
    /// <returns>The path of the profile.</returns>
    public static string WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in Names)
        {
            using var source = typeof(DemoFiles).Assembly.GetManifestResourceStream($"demo_btc/{name}")
                ?? throw new InvalidOperationException($"The resource demo_btc/{name} is missing from the assembly.");
            using var file = File.Create(Path.Combine(folder, name));
            source.CopyTo(file);
        }
        return Path.Combine(folder, Names[0]);
    }
}
