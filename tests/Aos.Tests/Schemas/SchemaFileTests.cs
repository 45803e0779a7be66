using Aos.Tests.Schemas.Generation;

namespace Aos.Tests.Schemas;

public sealed class SchemaFileTests
{
    public static TheoryData<string> Names => [.. SchemaFile.All.Select(file => file.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Each_published_schema_is_what_its_records_say(string name)
    {
        var file = SchemaFile.All.Single(file => file.Name == name);
        Repository.AssertGenerated(file.Path, file.Text());
    }

    [Fact]
    public void No_schema_is_published_that_is_not_generated() =>
        Assert.Equal(
            SchemaFile.All.Select(file => Path.GetFileName(file.Path)).Order(StringComparer.Ordinal),
            Directory.GetFiles(Repository.PathOf("docs/schemas")).Select(Path.GetFileName)
                .Order(StringComparer.Ordinal));
}
