using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Aos.Contracts.Json;
using Aos.Contracts.Schemas.Loading;
using Aos.Contracts.Schemas.Patterns;

namespace Aos.Contracts.Schemas.Keywords;

/// <summary>One validation in progress: its location, limits, dynamic scope and errors. For one thread at a time.
/// </summary>
internal sealed class Evaluation(SchemaOptions options)
{
    private readonly List<Segment> _path = [];
    private SchemaResource[] _scope = new SchemaResource[8];
    private int _scopeCount;
    private int _depth;
    private int _steps;
    private int _errorCount;
    private TimeSpan _backtracking;
    private char[] _text = new char[128];
    private List<SchemaError>? _errors;
    private string? _undecided;

    /// <summary>Whether reasons are wanted; if not, the first failure ends it.</summary>
    public bool IsCollecting => _errors is not null;

    public ReadOnlySpan<SchemaResource> Scope => _scope.AsSpan(0, _scopeCount);

    public void Start(bool collecting)
    {
        _path.Clear();
        _scopeCount = 0;
        _depth = 0;
        _steps = options.StepsMax;
        _errorCount = 0;
        _backtracking = TimeSpan.Zero;
        _errors = collecting ? [] : null;
        _undecided = null;
    }

    /// <summary>Everything that was found wrong, after <see cref="Decide"/> in a run that collects.</summary>
    public ImmutableArray<SchemaError> Errors { get; private set; } = [];

    /// <summary>Runs it, once after each start.</summary>
    public bool Decide(SchemaNode root, JsonElement instance)
    {
        var errors = _errors;
        var isValid = false;
        try
        {
            isValid = instance.ValueKind == JsonValueKind.Undefined
                ? Abandon("is undefined. Give a JSON value.")
                : root.Evaluate(instance, this);
        }
        catch (InvalidOperationException) when (!IsStrict(instance))
        {
            // Only text that the strict parser refuses leads here; to look for it up front would cost every caller.
            Abandon("is not strict JSON. Read it with StrictJson to see where.");
        }

        if (_undecided is not null)
            errors?.Insert(0, new SchemaError("", root.Location, "", "The instance " + _undecided, []));
        Errors = errors is null ? [] : [.. errors];
        return isValid && _undecided is null;
    }

    public bool Enter(SchemaNode node, JsonElement instance)
    {
        if (_undecided is not null || !Spend(CostOf(node, instance)))
            return false;
        if (_depth == options.DepthMax || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return Abandon($"needs more than {options.DepthMax} nested subschemas. Flatten it, or look for a reference "
                + "that leads back to itself.");
        _depth++;
        if (_scopeCount == _scope.Length)
            Array.Resize(ref _scope, _scopeCount * 2);
        _scope[_scopeCount++] = node.Place.Resource;
        return true;
    }

    public void Leave()
    {
        _depth--;
        _scopeCount--;
    }

    /// <summary>Counts work; false, for good, once there was too much.</summary>
    public bool Spend(int steps)
    {
        if (steps <= _steps)
        {
            _steps -= steps;
            return true;
        }

        _steps = 0;
        return Abandon(
            $"needs more than {options.StepsMax} steps to validate. Make it smaller, or the schema simpler.");
    }

    /// <summary>Ends the validation without a verdict; always false.</summary>
    public bool Abandon(string reason)
    {
        _undecided ??= reason;
        return false;
    }

    public void EnterMember(JsonProperty member)
    {
        if (IsCollecting)
            _path.Add(new Segment(member.Name, 0));
    }

    public void EnterItem(int index)
    {
        if (IsCollecting)
            _path.Add(new Segment(null, index));
    }

    public void LeaveChild()
    {
        if (IsCollecting)
            _path.RemoveAt(_path.Count - 1);
    }

    public void Add(Keyword keyword, string message) => Add(keyword, message, []);

    public void Add(Keyword keyword, string message, ImmutableArray<SchemaError> causes)
    {
        // What fails after the end fails because of it.
        if (_errorCount >= options.ErrorsMax || _undecided is not null)
            return;
        _errorCount++;
        var location = keyword.Owner.Location;
        if (keyword.Name != "false")
            location += "/" + UriText.Fragment(JsonPointer.Escape(keyword.Name))[1..];
        _errors!.Add(new SchemaError(Path(), location, keyword.Name, message, causes));
    }

    /// <summary>Reports that none of several alternatives holds.</summary>
    /// <param name="keyword">The keyword that has them.</param>
    /// <param name="nodes">The alternatives.</param>
    /// <param name="causes">Why each failed, in their order.</param>
    /// <param name="ends">For each the number of causes up to its last.</param>
    public void AddAlternatives(Keyword keyword, SchemaNode[] nodes, ImmutableArray<SchemaError> causes, int[] ends)
    {
        var told = new Alternatives(Path(), nodes, causes, ends);
        var before = _errors!.Count;
        Add(keyword, told.Message, causes);
        if (_errors.Count > before)
            _errors[^1] = _errors[^1] with { Nearest = told.Nearest };
    }

    /// <summary>How many errors the alternatives have reported so far.</summary>
    public int AlternativeErrors => _errors?.Count ?? 0;

    /// <summary>Judges without reasons, whatever the run does.</summary>
    public bool Quietly(SchemaNode node, JsonElement instance, ref Seen seen)
    {
        var outer = _errors;
        _errors = null;
        var isValid = node.EvaluateInPlace(instance, ref seen, this);
        _errors = outer;
        return isValid;
    }

    /// <summary>Sets the errors of alternatives apart until <see cref="EndAlternatives"/>.</summary>
    public List<SchemaError>? BeginAlternatives()
    {
        var outer = _errors;
        if (outer is not null)
            _errors = [];
        return outer;
    }

    /// <returns>What the alternatives reported; dropped by the caller where one of them holds.</returns>
    public ImmutableArray<SchemaError> EndAlternatives(List<SchemaError>? outer, bool keep)
    {
        var causes = _errors;
        _errors = outer;
        if (causes is null)
            return [];
        if (keep)
            return [.. causes];
        _errorCount -= Count(causes);
        return [];
    }

    /// <summary>The text of a string; valid until the next call.</summary>
    public ReadOnlySpan<char> TextOf(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        return raw.Contains((byte)'\\') ? value.GetString() : Decode(raw[1..^1]);
    }

    /// <summary>The name of a member; valid until the next call.</summary>
    public ReadOnlySpan<char> TextOf(JsonProperty member)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        return raw.Contains((byte)'\\') ? member.Name : Decode(raw);
    }

    /// <summary>Whether a text matches; a match that takes too long ends the validation.</summary>
    public bool IsMatch(EcmaPattern pattern, ReadOnlySpan<char> text)
    {
        if (!Spend(1 + (text.Length >> 4)))
            return false;
        if (!pattern.IsBacktracking)
            return pattern.IsMatch(text)!.Value;

        // Many matches that each stay within the time must not add up.
        var start = Stopwatch.GetTimestamp();
        var isMatch = pattern.IsMatch(text);
        _backtracking += Stopwatch.GetElapsedTime(start);
        return (_backtracking < options.PatternTimeout ? isMatch : null) ?? Abandon(
            $"took too long to match against the pattern {JsonText.QuotePattern(pattern.Source)}. Simplify the pattern.");
    }

    /// <summary>Whether an object has a member.</summary>
    public bool Has(JsonElement instance, string name) =>
        Spend(1 + (instance.GetPropertyCount() >> 3)) && instance.TryGetProperty(name, out _);

    // A keyword may read its whole instance.
    private static int CostOf(SchemaNode node, JsonElement instance)
    {
        var keywords = 1 + node.Keywords.Count;
        if (instance.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.String))
            return keywords;
        var blocks = (long)JsonMarshal.GetRawUtf8Value(instance).Length >> 7;
        return (int)Math.Min(int.MaxValue, keywords * (1 + blocks));
    }

    private ReadOnlySpan<char> Decode(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > _text.Length)
            _text = new char[Math.Max(utf8.Length, _text.Length * 2)];
        return _text.AsSpan(0, Encoding.UTF8.GetChars(utf8, _text));
    }

    private string Path()
    {
        var pointer = JsonPointer.Root;
        foreach (var segment in _path)
            pointer = segment.Name is null ? pointer.Append(segment.Index) : pointer.Append(segment.Name);
        return pointer.ToString();
    }

    private static int Count(IEnumerable<SchemaError> errors) => errors.Sum(error => 1 + Count(error.Causes));

    private static bool IsStrict(JsonElement instance) =>
        StrictJson.Parse(JsonMarshal.GetRawUtf8Value(instance).ToArray(), Anything) is JsonReadResult.Read;

    private static readonly JsonLimits Anything = new()
    {
        BytesMax = int.MaxValue,
        DepthMax = 512,
        NodesMax = int.MaxValue,
        NumberDigitsMax = int.MaxValue,
        ExponentMax = 99_999,
    };

    private readonly record struct Segment(string? Name, int Index);
}
