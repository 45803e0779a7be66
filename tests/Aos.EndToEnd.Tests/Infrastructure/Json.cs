using System.Text.Json;

namespace Aos.EndToEnd.Tests.Infrastructure;

/// <summary>Reads JSON in tests.</summary>
public static class Json
{
    /// <summary>The value at a path such as <c>steps/0/code</c>; fails where there is none.</summary>
    public static JsonElement At(this JsonElement element, string path)
    {
        foreach (var part in path.Split('/'))
        {
            var found = element.ValueKind == JsonValueKind.Array
                ? int.Parse(part) < element.GetArrayLength() ? element[int.Parse(part)] : default
                : element.TryGetProperty(part, out var member) ? member : default;
            Assert.True(found.ValueKind != JsonValueKind.Undefined, $"'{part}' of '{path}' is missing in {element}");
            element = found;
        }
        return element;
    }

    public static string Text(this JsonElement element, string path) => element.At(path).ToString();

    /// <summary>The step of a report by its name.</summary>
    public static JsonElement Step(this JsonElement report, string id) =>
        report.At("steps").EnumerateArray().Single(step => step.Text("step_id") == id);

    public static IEnumerable<JsonElement> OfType(this IEnumerable<JsonElement> events, string type) =>
        events.Where(e => e.Text("type") == type);
}
