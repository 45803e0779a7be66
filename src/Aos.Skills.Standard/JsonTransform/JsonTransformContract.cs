using Aos.Contracts.Failures;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Skills.Standard.JsonTransform;

/// <summary>The contract of <c>json_transform</c>.</summary>
internal static class JsonTransformContract
{
    private static ReadOnlySpan<byte> InputSchema => """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "required": ["data"],
          "anyOf": [{ "required": ["expression"] }, { "required": ["operations"] }],
          "additionalProperties": false,
          "properties": {
            "data": { "description": "Any JSON value; what the expression reads." },
            "expression": {
              "type": "string", "minLength": 1, "maxLength": 8192,
              "description": "JMESPath. The current node @ is data."
            },
            "operations": {
              "type": "array", "minItems": 1, "maxItems": 20,
              "items": {
                "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
                "properties": {
                  "pick": { "$ref": "#/$defs/names", "description": "Keeps these members." },
                  "omit": { "$ref": "#/$defs/names", "description": "Leaves these members out." },
                  "merge": { "type": "object", "description": "Lays these members over an object." },
                  "flatten": {
                    "description": "A list: true, or how many levels. An object: the text between names, such as '.'.",
                    "anyOf": [
                      { "const": true }, { "type": "integer", "minimum": 1, "maximum": 32 },
                      { "type": "string", "minLength": 1, "maxLength": 8 }
                    ]
                  },
                  "sort": {
                    "description": "The key, a JMESPath expression on each item, and the order. Keys are all numbers or all text.",
                    "anyOf": [
                      { "type": "string", "minLength": 1, "maxLength": 4000 },
                      {
                        "type": "object", "additionalProperties": false,
                        "properties": {
                          "by": { "type": "string", "minLength": 1, "maxLength": 4000, "default": "@" },
                          "order": { "enum": ["asc", "desc"], "default": "asc" }
                        }
                      }
                    ]
                  },
                  "group": {
                    "type": "string", "minLength": 1, "maxLength": 4000,
                    "description": "The key, a JMESPath expression on each item. Gives a list of {key, items}."
                  },
                  "default": { "description": "Members that an object lacks or has as null; or what stands for null." }
                }
              },
              "description": "Done in order, after the expression. On a list, pick, omit, merge, default and flatten by names do each object of it."
            },
            "input_schema": { "type": ["object", "boolean"], "description": "JSON Schema 2020-12 that data must match." },
            "output_schema": { "type": ["object", "boolean"], "description": "JSON Schema 2020-12 that the value must match." }
          },
          "$defs": {
            "names": { "type": "array", "minItems": 1, "maxItems": 1000, "items": { "type": "string" } }
          }
        }
        """u8;

    private static ReadOnlySpan<byte> OutputSchema => """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "required": ["value"],
          "additionalProperties": false,
          "properties": {
            "value": { "description": "What the expression selects; null where it finds nothing." }
          }
        }
        """u8;

    /// <summary>Builds the contract.</summary>
    public static SkillContract Create() => new()
    {
        Name = SkillName.Parse("json_transform"),
        Version = new SkillVersion(1, 1, 0),
        Description = "Selects from and reshapes JSON: by a JMESPath expression (paths, filters, projections, new "
            + "objects, sums, text) and by named operations (pick, omit, merge, flatten, sort, group, default). "
            + "Numbers stay exact.",
        InputSchema = Json(InputSchema),
        OutputSchema = Json(OutputSchema),
        Effect = new EffectRule { Default = EffectClass.Pure },
        Latency = new LatencyModel { ExpectedMs = 1 },
        TimeoutMs = 10_000,
        FailureModes =
        [
            Failure(ErrorCodes.ExpressionInvalid, "the expression breaks the grammar or calls no known function"),
            Failure(ErrorCodes.ExpressionFailed, "a function is given a value that it does not take"),
            Failure(ErrorCodes.InvalidInput, "an operation or a schema is malformed"),
            Failure(ErrorCodes.SchemaViolation, "data does not match input_schema, or the value output_schema"),
            Failure(
                ErrorCodes.FuelExhausted,
                "expression and operations need more than 100,000 units of work on this data"),
            Failure(ErrorCodes.PayloadTooLarge, "a computed value takes over 1 MiB or nests over 64 levels"),
        ],
        Constraints =
        [
            "A field that is not there reads as null; that is no failure.",
            "An expression has at most 8,192 characters and 128 levels of nesting.",
            "Output is canonical JSON: the same input gives the same bytes.",
            "Only numbers are ordered by <, <=, > and >=; anything else gives null.",
            "Sums are exact decimals of at most 64 digits; averages are rounded to 34.",
        ],
        Composition =
        [
            "Takes result.body of http_call as data.",
            "Where a step only passes a value on, ${steps.<id>.result.…} in its input does the same without a step.",
        ],
        Tags = ["json", "jmespath", "transform", "select", "extract", "filter", "map", "reshape", "sort", "query"],
        Examples =
        [
            Example("Pick a value", """{"data":{"price":{"amount":"64000.10"}},"expression":"price.amount"}"""u8),
            Example("Filter and reshape",
                """{"data":[{"n":"a","q":2},{"n":"b","q":5}],"expression":"[?q > `3`].{name: n, quantity: q}"}"""u8),
            Example("Clean up a list",
                """{"data":[{"id":2,"tmp":1},{"id":1,"note":null}],"operations":[{"omit":["tmp"]},{"default":{"note":""}},{"sort":"id"}]}"""u8),
            Example("Group and check",
                """{"data":[{"c":"A","n":1},{"c":"B","n":2},{"c":"A","n":3}],"operations":[{"group":"c"}],"output_schema":{"type":"array","minItems":1}}"""u8),
            Example("Add up", """{"data":{"items":[{"cost":0.1},{"cost":0.2}]},"expression":"sum(items[*].cost)"}"""u8),
        ],
    };

    private static FailureMode Failure(ErrorCode code, string when) => new() { Code = code, When = when };

    private static SkillExample Example(string title, ReadOnlySpan<byte> input) =>
        new() { Title = title, Input = Json(input) };

    private static Payload Json(ReadOnlySpan<byte> text) => Payload.FromUtf8(text.ToArray());
}
