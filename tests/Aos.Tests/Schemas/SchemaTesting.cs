using System.Text.Json;
using Aos.Contracts.Schemas;

namespace Aos.Tests.Schemas;

/// <summary>Short forms for tests of schemas.</summary>
internal static class SchemaTesting
{
    public static JsonSchema Compile(string schema, SchemaOptions? options = null) =>
        JsonSchema.Compile(Parse(schema), options ?? SchemaOptions.Default) switch
        {
            SchemaCompilation.Compiled compiled => compiled.Schema,
            SchemaCompilation.Refused refused =>
                throw new InvalidOperationException(string.Join('\n', refused.Problems)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    public static SchemaProblem[] Problems(string schema, SchemaOptions? options = null) =>
        JsonSchema.Compile(Parse(schema), options ?? SchemaOptions.Default) is SchemaCompilation.Refused refused
            ? [.. refused.Problems]
            : [];

    /// <summary>The errors as "instance location | schema location | message".</summary>
    public static string[] Errors(string schema, string instance, SchemaOptions? options = null) =>
        [.. Compile(schema, options).Validate(JsonElement.Parse(instance)).Errors.Select(Line)];

    public static JsonElement Parse(string text) =>
        JsonElement.Parse(text, new JsonDocumentOptions { MaxDepth = 1_000 });

    public static string Line(SchemaError error) =>
        $"{error.InstanceLocation} | {error.SchemaLocation} | {error.Message}";

    public static bool IsValid(string schema, string instance, SchemaOptions? options = null)
    {
        var compiled = Compile(schema, options);
        var value = JsonElement.Parse(instance);
        var isValid = compiled.IsValid(value);
        var result = compiled.Validate(value);
        Assert.Equal(isValid, result.IsValid);
        return isValid;
    }
}
