using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Schemas;

namespace Aos.Runtime.Documents;

/// <summary>What a schema finds wrong, as problems by place.</summary>
internal static class SchemaProblems
{
    /// <summary>The mistakes of a value; of alternatives those of the one that was meant, where that can be
    /// told.</summary>
    public static IReadOnlyList<Problem> Of(JsonSchema schema, JsonElement value) =>
        [.. schema.Validate(value).Errors.SelectMany(Nearest)
            .Select(
                error => new Problem(error.InstanceLocation, ErrorCodes.SchemaViolation, error.Message)).Distinct()];

    private static IEnumerable<SchemaError> Nearest(SchemaError error) =>
        error.Nearest.IsDefaultOrEmpty ? [error] : error.Nearest.SelectMany(Nearest);
}
