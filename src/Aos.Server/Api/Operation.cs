using System.Collections.Frozen;

namespace Aos.Server.Api;

/// <summary>Something that the API can be asked: the one place from which its route, its right, its limits and its
/// description follow.</summary>
internal sealed record Operation
{
    /// <summary>Its name: in the description, the audit log and clients.</summary>
    public required string Id { get; init; }

    /// <summary>The HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>The route, with <c>{name}</c> for parts of it.</summary>
    public required string Path { get; init; }

    /// <summary>What it belongs to.</summary>
    public required string Tag { get; init; }

    /// <summary>What it does, in a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>The right that it needs; null: none, and nobody needs to say who they are.</summary>
    public required string? Right { get; init; }

    /// <summary>The answer.</summary>
    public required Func<Call, Task<Reply>> Answer { get; init; }

    /// <summary>What it is asked with beside its path.</summary>
    public IReadOnlyList<Parameter> Parameters { get; init; } = [];

    /// <summary>The schema of its body; null: it has none.</summary>
    public string? Body { get; init; }

    /// <summary>Whether it may be asked without its body.</summary>
    public bool BodyIsOptional { get; init; }

    /// <summary>The schema of its answer; null: the answer is no JSON.</summary>
    public string? Result { get; init; }

    /// <summary>The media type of its answer.</summary>
    public string Produces { get; init; } = "application/json";

    /// <summary>The status of its answer where all is well.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Whether it changes something that the audit log tells of. What a run does is in its journal.</summary>
    public bool IsAudited { get; init; }

    /// <summary>Whether it takes <c>Idempotency-Key</c>.</summary>
    public bool TakesKey { get; init; }

    /// <summary>Whether its answer has no end: it is counted as a stream, and not as a request.</summary>
    public bool IsStream { get; init; }
}

/// <summary>A parameter of an operation.</summary>
/// <param name="Name">Its name.</param>
/// <param name="In"><c>query</c> or <c>header</c>.</param>
/// <param name="Schema">Its schema, as JSON.</param>
/// <param name="Description">What it means.</param>
/// <param name="Required">Whether it must be there.</param>
internal sealed record Parameter(string Name, string In, string Schema, string Description, bool Required = false)
{
    private const string Limit = """{"type":"integer","minimum":1,"maximum":1000,"default":50}""";

    public static Parameter Page { get; } = new("limit", "query", Limit, "At most so many.");

    public static Parameter Cursor { get; } =
        new("cursor", "query", """{"type":"string"}""", "The `next_cursor` of the page before.");

    public static Parameter Key { get; } =
        new("Idempotency-Key", "header", """{"type":"string","minLength":1,"maxLength":256}""",
        "The same key with the same request gives the same run, and nothing is done twice.");

    public static Parameter IfMatch { get; } = new("If-Match", "header", """{"type":"string"}""",
        "Only if the document still has this ETag. `*`: only if it is there.");

    public static Parameter IfNoneMatch { get; } = new("If-None-Match", "header", """{"type":"string"}""",
        "`*`: only if the document is not there yet.");

    /// <summary>The schemas of the parts of paths.</summary>
    public static FrozenDictionary<string, (string Schema, string Description)> OfPaths { get; } =
        new Dictionary<string, (string, string)>(StringComparer.Ordinal)
        {
            ["run_id"] = ("""{"$ref":"#/components/schemas/run_id"}""", "The run."),
            ["approval_id"] = ("""{"$ref":"#/components/schemas/approval_id"}""", "The request."),
            ["agent_id"] = ("""{"type":"string","pattern":"^[A-Za-z0-9_.-]{1,64}$"}""", "The name of the profile."),
            ["policy"] = ("""{"type":"string"}""", "The name of the policy."),
            ["key_id"] = ("""{"type":"string","pattern":"^[a-z0-9]{12}$"}""", "The id of the key."),
            ["skill"] =
                ("""{"$ref":"#/components/schemas/skill_ref"}""", "The skill, such as `http_call` or `http_call@1`."),
            ["query"] = ("""{"type":"string","pattern":"^[a-z0-9_]{1,64}$"}""", "The question; `GET` lists them."),
            ["webhook_id"] = ("""{"type":"string","pattern":"^wh_[0-9a-f]{16}$"}""", "The address."),
            ["message_id"] = ("""{"type":"string","pattern":"^msg_[0-9a-z_]+$"}""", "The message."),
            ["code"] = ("""{"$ref":"#/components/schemas/error_code"}""", "The code."),
        }.ToFrozenDictionary(StringComparer.Ordinal);
}
