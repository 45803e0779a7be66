namespace Aos.Abstractions.Skills;

/// <summary>A declared skill that is a class of its own. Safe for concurrent calls.</summary>
/// <typeparam name="TInput">The input: a record or class.</typeparam>
/// <typeparam name="TOutput">The result.</typeparam>
public interface ISkillHandler<TInput, TOutput>
{
    /// <summary>Makes one try.</summary>
    /// <param name="input">The input, already checked against the schema.</param>
    /// <param name="call">What the call may use.</param>
    /// <param name="cancel">Ends when the attempt is out of time or the run is stopped.</param>
    ValueTask<SkillAnswer<TOutput>> RunAsync(TInput input, SkillCall call, CancellationToken cancel);
}
