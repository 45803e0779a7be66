using Aos.Abstractions.Secrets;
using Aos.Contracts.Secrets;
using Aos.Runtime.Secrets;

namespace Aos.Tests.Secrets;

public sealed class SecretProviderTests : IDisposable
{
    private static readonly SecretName Name = SecretName.Parse("API_KEY");
    private readonly string _folder = Directory.CreateTempSubdirectory("aos-secrets-").FullName;
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_variable_is_a_secret_and_an_empty_one_is_none()
    {
        _environment["API_KEY"] = "from the variable";
        Assert.Equal("from the variable", (await EnvironmentAsync()).Value);
        _environment["API_KEY"] = "";
        Assert.Same(SecretFinding.None, await EnvironmentAsync());
    }

    [Theory]
    [InlineData("value", "value")]
    [InlineData("value\n", "value")]
    [InlineData("value\r\n", "value")]
    [InlineData("value\n\n", "value\n")]
    [InlineData(" value ", " value ")]
    public async Task A_file_is_a_secret_without_the_newline_at_its_end(string content, string expected)
    {
        _environment["API_KEY_FILE"] = Write("somewhere", content);
        Write("API_KEY", content);

        Assert.Equal(expected, (await EnvironmentAsync()).Value);
        Assert.Equal(expected, (await new FolderSecrets(_folder).FindAsync(Name, CancellationToken.None)).Value);
    }

    [Fact]
    public async Task A_variable_and_a_file_at_once_are_refused()
    {
        _environment["API_KEY"] = "secret-one";
        _environment["API_KEY_FILE"] = Write("other", "secret-two");

        var found = await EnvironmentAsync();

        Assert.Null(found.Value);
        Assert.Contains("both API_KEY and API_KEY_FILE", found.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_was_named_must_be_there_and_one_in_the_folder_need_not()
    {
        _environment["API_KEY_FILE"] = Path.Combine(_folder, "gone");

        Assert.Contains("is not there", (await EnvironmentAsync()).Problem, StringComparison.Ordinal);
        Assert.Same(SecretFinding.None, await new FolderSecrets(_folder).FindAsync(Name, CancellationToken.None));
        Assert.Same(
            SecretFinding.None,
            await new FolderSecrets(Path.Combine(_folder, "none")).FindAsync(Name, CancellationToken.None));
    }

    [Fact]
    public async Task A_file_that_is_no_text_or_too_large_is_said_to_be_so_without_showing_it()
    {
        File.WriteAllBytes(Path.Combine(_folder, "API_KEY"), [0x61, 0xFF, 0x62]);
        Assert.Contains(
            "no UTF-8", (await new FolderSecrets(_folder).FindAsync(Name, CancellationToken.None)).Problem,
            StringComparison.Ordinal);
        Write("API_KEY", new string('x', 300_000));
        Assert.Contains(
            "larger than", (await new FolderSecrets(_folder).FindAsync(Name, CancellationToken.None)).Problem,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"API_KEY":"from user secrets","Other:Key":"x"}""", "from user secrets", null)]
    [InlineData("\uFEFF{\"API_KEY\":\"with a mark\"}", "with a mark", null)]
    [InlineData("""{"OTHER":"x"}""", null, null)]
    [InlineData("""{"API_KEY":7}""", null, "is no string")]
    [InlineData("""["API_KEY"]""", null, "no JSON object")]
    [InlineData("{", null, "no JSON object")]
    public async Task User_secrets_are_members_of_their_file(string json, string? value, string? problem)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "my-id"));
        Write(Path.Combine("my-id", "secrets.json"), json);

        var found = await new UserSecrets("my-id", _folder).FindAsync(Name, CancellationToken.None);

        Assert.Equal(value, found.Value);
        if (problem is null) Assert.Null(found.Problem);
        else Assert.Contains(problem, found.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_place_that_has_a_secret_wins_and_one_that_cannot_tell_ends_the_search()
    {
        Write("API_KEY", "from the folder");
        var vault = new SecretVault([new EnvironmentSecrets(Read), new FolderSecrets(_folder)]);
        Assert.Equal(
            $"the file {Path.Combine(_folder, "API_KEY")}", await vault.LocateAsync(Name, CancellationToken.None));
        Assert.Equal("from the folder", (await vault.ResolveAsync(Name, [], CancellationToken.None)).Value!.Reveal());
        _environment["API_KEY"] = "from the variable";
        Assert.Equal("the environment variable API_KEY", await vault.LocateAsync(Name, CancellationToken.None));
        Assert.Equal("from the variable", (await vault.ResolveAsync(Name, [], CancellationToken.None)).Value!.Reveal());
        _environment.Clear();
        _environment["API_KEY_FILE"] = "/nowhere/at/all";

        var broken = await vault.ResolveAsync(Name, [], CancellationToken.None);

        Assert.Equal("SECRET_MISSING", broken.Code.Value);
        Assert.Contains("the file that API_KEY_FILE names is not there", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_is_nowhere_says_every_place_where_it_was_looked_for()
    {
        var vault = new SecretVault(
            [new EnvironmentSecrets(Read), new FolderSecrets("/run/secrets"), new UserSecrets("my-id", _folder)]);

        var missing = await vault.ResolveAsync(Name, [], CancellationToken.None);

        Assert.Equal(
            "Secret 'API_KEY' is not configured. It was looked for in the environment variable API_KEY, the file that "
            + "API_KEY_FILE names, the file /run/secrets/API_KEY, the member API_KEY of the .NET user secrets 'my-id'.",
                missing.Message);
    }

    [Fact]
    public async Task A_secret_too_short_to_be_cleaned_of_is_refused_and_a_value_never_shows_in_text()
    {
        _environment["API_KEY"] = "abc";
        var vault = new SecretVault([new EnvironmentSecrets(Read)]);
        Assert.Equal("SECRET_MISSING", (await vault.ResolveAsync(Name, [], CancellationToken.None)).Code.Value);
        _environment["API_KEY"] = "abcd";

        var found = await vault.ResolveAsync(Name, [], CancellationToken.None);

        Assert.Equal("[secret:API_KEY]", found.Value!.ToString());
    }

    [Fact]
    public async Task A_provider_that_throws_is_named_and_what_it_threw_is_not_shown()
    {
        var vault = new SecretVault([new EnvironmentSecrets(_ => throw new InvalidOperationException("hunter2"))]);

        var broken = await vault.ResolveAsync(Name, [], CancellationToken.None);

        Assert.Contains("InvalidOperationException", broken.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", broken.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api.example.com", "https://api.example.com/x", true)]
    [InlineData("api.example.com", "https://API.example.com.:8443/x", true)]
    [InlineData("api.example.com", "https://evil.example.com/x", false)]
    [InlineData("api.example.com", "https://api.example.com.evil.com/x", false)]
    [InlineData("*.example.com", "https://a.b.example.com/", true)]
    [InlineData("*.example.com", "https://example.com/", false)]
    [InlineData("api.example.com:443", "https://api.example.com/", true)]
    [InlineData("api.example.com:443", "http://api.example.com/", false)]
    [InlineData("127.0.0.1", "http://127.0.0.1:80/", true)]
    [InlineData("127.0.0.1", "http://localhost/", false)]
    [InlineData("localhost", "http://localhost/", true)]
    [InlineData("localhost", "http://[::1]/", true)]
    [InlineData("10.0.0.0/8", "http://10.1.2.3/", true)]
    [InlineData("10.0.0.0/8", "http://11.1.2.3/", false)]
    public void A_secret_is_sent_only_to_the_hosts_that_it_is_for(string host, string url, bool may) =>
        Assert.Equal(may, new SecretValue(Name, "value", [host]).MayBeSentTo(new Uri(url)));

    private ValueTask<SecretFinding> EnvironmentAsync() =>
        new EnvironmentSecrets(Read).FindAsync(Name, CancellationToken.None);

    private string? Read(string name) => _environment.GetValueOrDefault(name);

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
