using System.Collections.Immutable;

namespace Aos.Contracts.Schemas;

/// <summary>What <see cref="JsonSchema.Compile"/> made of a schema.</summary>
public abstract record SchemaCompilation
{
    private SchemaCompilation()
    {
    }

    /// <summary>The schema is sound and ready for use.</summary>
    /// <param name="Schema">Compiled; safe for any number of threads.</param>
    public sealed record Compiled(JsonSchema Schema) : SchemaCompilation;

    /// <summary>The schema has mistakes; nothing can be validated with it.</summary>
    /// <param name="Problems">At least one, in the order of discovery.</param>
    public sealed record Refused(ImmutableArray<SchemaProblem> Problems) : SchemaCompilation;
}

/// <summary>A mistake in a schema.</summary>
/// <param name="Code">One of <see cref="SchemaProblemCodes"/>, or of <c>JsonProblemCodes</c> where the text is no
/// strict JSON; stable.</param>
/// <param name="Document">URI of the document that holds it; empty for a root without one.</param>
/// <param name="Pointer">RFC 6901 pointer into that document.</param>
/// <param name="Message">What is wrong and what to do.</param>
public sealed record SchemaProblem(string Code, string Document, string Pointer, string Message);

/// <summary>The codes of <see cref="SchemaProblem.Code"/>.</summary>
public static class SchemaProblemCodes
{
    /// <summary>A keyword has a value of the wrong type or range.</summary>
    public const string InvalidKeyword = "SCHEMA_INVALID_KEYWORD";

    /// <summary>Something stands where a schema (object or boolean) must.</summary>
    public const string NotASchema = "SCHEMA_NOT_A_SCHEMA";

    /// <summary>A reference leads nowhere.</summary>
    public const string UnresolvedReference = "SCHEMA_UNRESOLVED_REFERENCE";

    /// <summary>A pattern is no ECMA-262 regular expression, or uses a part of it that is not supported.</summary>
    public const string InvalidPattern = "SCHEMA_INVALID_PATTERN";

    /// <summary>Two subschemas claim one <c>$id</c> or one anchor.</summary>
    public const string DuplicateIdentifier = "SCHEMA_DUPLICATE_IDENTIFIER";

    /// <summary><c>$schema</c> or a required vocabulary is not known.</summary>
    public const string UnknownDialect = "SCHEMA_UNKNOWN_DIALECT";

    /// <summary>References lead back to where they start without descending into the instance.</summary>
    public const string EndlessReference = "SCHEMA_ENDLESS_REFERENCE";
}
