using System.Buffers;
using System.Text;
using System.Text.Json;
using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Microsoft.Extensions.AI;

namespace Aos.Extensions.AI;

/// <summary>What a function does not say of itself.</summary>
public sealed record FunctionSkillOptions
{
    /// <summary>The name of the skill. Absent: the function's, in lower case, with <c>_</c> for what skills cannot
    /// have.</summary>
    public SkillName? Name { get; init; }

    /// <summary>The version. Absent: 1.0.0. A change of the function's schema or description needs another
    /// one.</summary>
    public SkillVersion? Version { get; init; }

    /// <summary>What a call does to the world. Default: <see cref="EffectClass.Once"/>, so that nothing is repeated on
    /// a guess.</summary>
    public EffectClass Effect { get; init; } = EffectClass.Once;

    /// <summary>What a call costs. Absent: nothing.</summary>
    public CostModel? Cost { get; init; }

    /// <summary>Whether it gives what a model or a stranger wrote, as a search of the web does, so that its results
    /// count as tainted. Default: no.</summary>
    public bool Tainted { get; init; }

    /// <summary>Milliseconds that an attempt may take. Absent: 60,000.</summary>
    public int? TimeoutMs { get; init; }

    /// <summary>What exceptions mean: a code, and whether the world was changed. Gives null for those that it does not
    /// know. Absent: <c>TIMEOUT</c> for <see cref="TimeoutException"/>, else <c>FUNCTION_FAILED</c>.</summary>
    public Func<Exception, (ErrorCode Code, EffectState Effect)?>? Classify { get; init; }

    /// <summary>What the function finds its services in. Absent: none.</summary>
    public IServiceProvider? Services { get; init; }
}

/// <summary>A function of Microsoft.Extensions.AI as a skill: planned, budgeted, approved, journaled like any
/// other.</summary>
/// <remarks>What it throws is a failure with a code, never an exception; cancellation passes through. As thread-safe as
/// the function.</remarks>
public sealed class FunctionSkill : ISkill
{
    private readonly AIFunction _function;
    private readonly FunctionSkillOptions _options;

    /// <summary>Makes a skill of a function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="options">What it does not say of itself. Default: nothing more is known.</param>
    /// <exception cref="ArgumentException">The name cannot be that of a skill; give another one.</exception>
    public FunctionSkill(AIFunction function, FunctionSkillOptions? options = null)
    {
        (_function, _options) = (function, options ?? new FunctionSkillOptions());
        Contract = Describe(function, _options);
    }

    /// <inheritdoc />
    public SkillContract Contract { get; }

    /// <inheritdoc />
    public async ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel)
    {
        object? returned;
        try
        {
            var arguments = new AIFunctionArguments(call.Input.Element.EnumerateObject()
                .ToDictionary(member => member.Name, member => (object?)member.Value, StringComparer.Ordinal))
            { Services = _options.Services };
            returned = await _function.InvokeAsync(arguments, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure)
        {
            return Fail(failure, call.Effect);
        }
        try
        {
            return SkillResult.Success(ToPayload(returned));
        }
        catch (Exception failure) when (failure is NotSupportedException or JsonException or InvalidOperationException)
        {
            return SkillResult.Failure(
                ErrorCodes.InvalidOutput, $"What {Contract.Name} returned cannot be written as JSON.",
                EffectState.Happened)
                with
            { Cause = failure.Message };
        }
    }

    private SkillResult Fail(Exception failure, EffectClass effect)
    {
        var unknown = effect is EffectClass.Pure or EffectClass.Read ? EffectState.None : EffectState.Unknown;
        var (code, state) = _options.Classify?.Invoke(failure)
            ?? (failure is TimeoutException ? ErrorCodes.Timeout : ErrorCodes.FunctionFailed, unknown);
        return SkillResult.Failure(code, $"{Contract.Name} failed: {failure.Message}", state) with
        {
            Cause = failure.GetType().Name
        };
    }

    private Payload ToPayload(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            FunctionJson.Write(writer, value, _function.JsonSerializerOptions);
        return Payload.FromUtf8(buffer.WrittenMemory.ToArray());
    }

    private static SkillContract Describe(AIFunction function, FunctionSkillOptions options) => new()
    {
        Name = options.Name ?? NameOf(function),
        Version = options.Version ?? new SkillVersion(1, 0, 0),
        Description = string.IsNullOrWhiteSpace(function.Description)
            ? $"The function {function.Name}." : function.Description,
        InputSchema = Payload.FromElement(function.JsonSchema.Clone()),
        OutputSchema = function.ReturnJsonSchema is { } schema ? Payload.FromElement(schema.Clone()) : Payload.Empty,
        Effect = new EffectRule { Default = options.Effect },
        Cost = options.Cost,
        TimeoutMs = options.TimeoutMs,
        Tainted = options.Tainted,
        FailureModes = [new FailureMode { Code = ErrorCodes.FunctionFailed, When = "the function threw" }],
        SideEffects = options.Effect is EffectClass.Pure or EffectClass.Read
            ? [] : [new SideEffectDeclaration { Type = "function_call" }],
    };

    private static SkillName NameOf(AIFunction function)
    {
        var name = new StringBuilder();
        foreach (var c in function.Name.ToLowerInvariant())
            name.Append(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-' or '.' ? c : '_');
        return SkillName.TryParse(name.ToString(), out var parsed) ? parsed
            : throw new ArgumentException(
                $"The function's name '{function.Name}' cannot be that of a skill; give one in the options.",
                nameof(function));
    }
}
