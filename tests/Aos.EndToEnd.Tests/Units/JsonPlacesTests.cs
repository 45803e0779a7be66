using System.Text;
using Aos.Runtime.Documents;

namespace Aos.EndToEnd.Tests.Units;

public sealed class JsonPlacesTests
{
    private static readonly byte[] Document = Encoding.UTF8.GetBytes("""
        {
          "a": 1,
          "b/c": [ true, { "ü": "x", "d": null } ],
          "~": 2
        }
        """);

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("/a", 2, 8)]
    [InlineData("/b~1c", 3, 10)]
    [InlineData("/b~1c/0", 3, 12)]
    [InlineData("/b~1c/1", 3, 18)]
    [InlineData("/b~1c/1/d", 3, 35)]
    [InlineData("/~0", 4, 8)]
    public void A_pointer_leads_to_line_and_column(string pointer, int line, int column) =>
        Assert.Equal((line, column), JsonPlaces.Find(Document, pointer));

    [Theory]
    [InlineData("/b~1c/1/missing", 3, 18)]
    [InlineData("/b~1c/7", 3, 10)]
    [InlineData("/nothing/at/all", 1, 1)]
    public void What_is_missing_is_placed_where_it_should_be(string pointer, int line, int column) =>
        Assert.Equal((line, column), JsonPlaces.Find(Document, pointer));

    [Theory]
    [InlineData("agent_id: x")]
    [InlineData("")]
    public void A_text_that_is_no_json_has_no_places(string text) =>
        Assert.Null(JsonPlaces.Find(Encoding.UTF8.GetBytes(text), "/a"));
}
