using Aos.Contracts.Json;

namespace Aos.Contracts.Schemas;

/// <summary>How a schema is compiled and how much a validation may cost. Immutable; safe to share.</summary>
/// <exception cref="ArgumentOutOfRangeException">A limit is set outside its range.</exception>
public sealed record SchemaOptions
{
    /// <summary>No registry, formats as annotations, the default limits.</summary>
    public static SchemaOptions Default { get; } = new();

    /// <summary>Documents that <c>$ref</c>, <c>$dynamicRef</c> and <c>$schema</c> may name; nothing is ever fetched.
    /// The 2020-12 metaschemas are always known. Default empty.</summary>
    public SchemaRegistry Registry { get; init; } = SchemaRegistry.Empty;

    /// <summary>The URI that a relative <c>$id</c> or <c>$ref</c> of the root resolves against. Default
    /// empty.</summary>
    public string BaseUri { get; init; } = "";

    /// <summary>Whether <c>format</c> rejects values. False, the default, leaves it an annotation, as the
    /// specification says, unless the dialect asks for the format-assertion vocabulary.</summary>
    public bool AssertFormats { get; init; }

    /// <summary>Reads a schema of any <c>$schema</c> as 2020-12 rather than refuse it. Default false. For schemas of
    /// tools that name an older draft; keywords whose meaning changed since then are read with today's meaning.
    /// </summary>
    public bool AssumeDialect { get; init; }

    /// <summary>Limits of the schema's own text. Default: those of <see cref="JsonLimits"/>, but depth 64, because a
    /// schema nests about twice as deep as what it describes.</summary>
    public JsonLimits Limits { get; init; } = JsonLimits.Default with { DepthMax = 64 };

    /// <summary>Subschemas open at once in a validation, references included. Default 512; 1 to 2,048.</summary>
    public int DepthMax { get; init => field = Within(value, 2_048, nameof(DepthMax)); } = 512;

    /// <summary>Steps of a validation, a step being about one keyword or one compared value; against schemas whose
    /// references multiply. Default 5,000,000; at least 1.</summary>
    public int StepsMax { get; init => field = Within(value, int.MaxValue, nameof(StepsMax)); } = 5_000_000;

    /// <summary>Errors that one validation reports. Default 100; at least 1.</summary>
    public int ErrorsMax { get; init => field = Within(value, int.MaxValue, nameof(ErrorsMax)); } = 100;

    /// <summary>Time that patterns which need backtracking (lookaround, back-references, very many different
    /// characters) may take together in one validation; all other patterns take linear time. Default 100 ms; 1 ms to
    /// 10 s.</summary>
    public TimeSpan PatternTimeout
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromSeconds(10));
            field = value;
        }
    } = TimeSpan.FromMilliseconds(100);

    private static int Within(int value, int high, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, high, name);
        return value;
    }
}
