using Aos.Server;
using Aos.Server.Settings;

namespace Aos.EndToEnd.Tests.Units;

/// <summary>How the server reads what it is told to be.</summary>
public sealed class ServerSettingsTests
{
    private static (ServerSettings Settings, string Problems) Read(string name, string value)
    {
        var flags = new Dictionary<string, IReadOnlyList<string>> { [name] = [value] };
        var (settings, problems) = SettingsReader.Read("/nowhere", null, _ => null, flags);
        return (settings, string.Join('\n', problems.Select(problem => problem.Message)));
    }

    [Theory]
    [InlineData("http://aos.example.com:7400")]
    [InlineData("http://127.0.0.1.example.com:7400")]
    [InlineData(
        "http://someone@127.0.0.1:7400")] // .NET takes it for loopback, and Kestrel for a name, which is every address.
    [InlineData("http://127.0.0.1:7400/#x")]
    [InlineData("http://127.0.0.1:7400/path")]
    [InlineData("ftp://127.0.0.1")]
    public void What_would_be_listened_for_elsewhere_than_it_says_is_refused(string address) =>
        Assert.Contains($"--listen: '{address}'", Read("listen", address).Problems, StringComparison.Ordinal);

    [Theory]
    [InlineData("http://localhost:7400", true)]
    [InlineData("http://loopback:7400", true)]
    [InlineData("http://0x7f.1:7400", true)]
    [InlineData("http://[::1]:7400", true)]
    [InlineData("http://0.0.0.0:7400", false)]
    [InlineData("http://[::]:7400", false)]
    [InlineData("http://127.0.0.1:7400,http://192.0.2.1:7400", false)]
    public void It_is_known_whether_other_machines_reach_an_address(string address, bool isLoopback)
    {
        var (settings, problems) = Read("listen", address);

        Assert.Equal(("", isLoopback), (problems, settings.IsLoopback));
    }

    [Theory]
    [InlineData("--data")]
    [InlineData("--data=")]
    [InlineData("--config")]
    [InlineData("mcp", "--profile")]
    [InlineData("mcp", "--profile=")]
    public void An_option_without_its_value_is_a_mistake_and_not_the_default(params string[] args) =>
        Assert.Contains(
            "needs a value", Assert.Single(Arguments.Read(args, _ => "/nowhere").Problems).Message,
            StringComparison.Ordinal);
}
