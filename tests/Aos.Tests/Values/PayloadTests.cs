using System.Reflection;
using Aos.Contracts.Values;

namespace Aos.Tests.Values;

public sealed class PayloadTests
{
    [Fact]
    public void Readers_at_once_see_the_whole_value()
    {
        for (var round = 0; round < 2_000; round++)
        {
            var payload = Payload.FromUtf8("""{"a":[1,{"b":"c"}]}"""u8.ToArray());
            Parallel.For(
                0, 4, _ => Assert.Equal("c", payload.Element.GetProperty("a")[1].GetProperty("b").GetString()));
        }
    }

    // A value of several words is seen half written by a reader that does not wait for its writer.
    [Fact]
    public void What_readers_fill_in_is_one_word()
    {
        var filledIn = typeof(Payload).GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Where(field => !field.IsInitOnly && field.Name != "_utf8"); // That one arrives before there are readers.
        Assert.All(filledIn, field => Assert.False(field.FieldType.IsValueType, field.Name));
    }
}
