namespace Aos.Tests;

/// <summary>The working copy that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>Compares a committed file with what is generated now; with AOS_UPDATE=1, writes it instead.</summary>
    public static void AssertGenerated(string relative, string text)
    {
        var path = PathOf(relative);
        if (string.Equals(Environment.GetEnvironmentVariable("AOS_UPDATE"), "1", StringComparison.Ordinal))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        Assert.True(File.Exists(path), $"{relative} is missing. Run the tests with AOS_UPDATE=1 to write it.");
        var committed = File.ReadAllText(path);
        Assert.True(string.Equals(text, committed, StringComparison.Ordinal),
            $"{relative} is not what is generated now (first at line {FirstDifference(text, committed)}). "
            + "Run the tests with AOS_UPDATE=1 and commit the result.");
    }

    private static int FirstDifference(string left, string right)
    {
        var (a, b) = (left.Split('\n'), right.Split('\n'));
        var line = 0;
        while (line < a.Length && line < b.Length && string.Equals(a[line], b[line], StringComparison.Ordinal)) line++;
        return line + 1;
    }

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Aos.slnx"))) return at.FullName;
        throw new InvalidOperationException(
            "The tests must run inside the working copy: Aos.slnx was not found above them.");
    }
}
