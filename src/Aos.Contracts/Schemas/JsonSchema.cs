using System.Text.Json;
using Aos.Contracts.Schemas.Keywords;
using Aos.Contracts.Schemas.Loading;

namespace Aos.Contracts.Schemas;

/// <summary>A compiled JSON Schema of draft 2020-12. Safe for any number of threads; keep it and use it
/// often.</summary>
/// <remarks>Numbers are compared exactly, whatever their size. Patterns are ECMA-262 with Unicode semantics and are not
/// anchored. <c>content*</c> keywords and, by default, <c>format</c> are annotations. Nothing is ever
/// fetched.</remarks>
public sealed class JsonSchema
{
    private readonly SchemaNode _root;
    private readonly SchemaOptions _options;
    private Evaluation? _spare;

    private JsonSchema(SchemaNode root, SchemaOptions options)
    {
        _root = root;
        _options = options;
    }

    /// <summary>Compiles a schema. Never throws; takes time about linear in the schema and what it refers to.</summary>
    /// <param name="schema">An object or a boolean; copied, so its document may be disposed afterwards.</param>
    /// <param name="options">See <see cref="SchemaOptions.Default"/>.</param>
    public static SchemaCompilation Compile(JsonElement schema, SchemaOptions options)
    {
        var compiler = new SchemaCompiler(options);
        var root = compiler.Run(schema);
        return root is not null && compiler.Problems.IsEmpty
            ? new SchemaCompilation.Compiled(new JsonSchema(root, options))
            : new SchemaCompilation.Refused(compiler.Problems);
    }

    /// <summary>Whether the instance keeps the schema; the cheap form of <see cref="Validate"/>.</summary>
    /// <param name="instance">Any value that <c>StrictJson</c> lets pass. Other values throw nothing either: where
    /// their text is no Unicode they are invalid.</param>
    public bool IsValid(JsonElement instance)
    {
        var run = Begin(collecting: false);
        var isValid = run.Decide(_root, instance);
        _spare = run;
        return isValid;
    }

    /// <summary>The verdict on an instance, with everything that is wrong with it. Never throws.</summary>
    /// <param name="instance">As for <see cref="IsValid"/>.</param>
    /// <returns>Invalid too where it could not be decided: a pattern's time was up, or the depth or the steps of
    /// <see cref="SchemaOptions"/> were.</returns>
    public SchemaResult Validate(JsonElement instance)
    {
        // Most instances are valid, so reasons are looked for in a second pass only.
        if (IsValid(instance))
            return SchemaResult.Valid;
        var run = Begin(collecting: true);
        run.Decide(_root, instance);
        var result = new SchemaResult(run.Errors);
        _spare = run;
        return result;
    }

    // One spare is enough to make a validation free of garbage; threads that come at the same time make their own.
    private Evaluation Begin(bool collecting)
    {
        var run = Interlocked.Exchange(ref _spare, null) ?? new Evaluation(_options);
        run.Start(collecting);
        return run;
    }
}
