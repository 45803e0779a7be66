using Aos.Abstractions.Skills;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Testing.Skills;

/// <summary>A skill that answers from a script, under a real contract, and records how it was called.
/// Thread-safe.</summary>
public sealed class ScriptedSkill : ISkill
{
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<SkillCall> _calls = [];
    private readonly List<(int Number, TaskCompletionSource<SkillCall> Arrived)> _awaited = [];
    private Func<SkillCall, int, TwinAnswer> _script;
    private int _open;

    /// <summary>A skill that answers every call with <c>{}</c> until it is scripted.</summary>
    /// <param name="contract">What it promises.</param>
    /// <param name="time">The clock of slow answers. Default: the system's.</param>
    public ScriptedSkill(SkillContract contract, TimeProvider? time = null)
    {
        Contract = contract;
        _time = time ?? TimeProvider.System;
        _script = (_, _) => TwinAnswer.Ok();
    }

    /// <inheritdoc />
    public SkillContract Contract { get; }

    /// <inheritdoc />
    public bool IsInline { get; init; }

    /// <summary>What <see cref="ISkill.FindGaps"/> says.</summary>
    public Func<SkillCall, IReadOnlyList<Problem>> Gaps { get; init; } = _ => [];

    /// <summary>The calls so far, in order of arrival.</summary>
    public IReadOnlyList<SkillCall> Calls
    {
        get
        {
            lock (_gate) return [.. _calls];
        }
    }

    /// <summary>The most calls that were open at one time.</summary>
    public int MaxOpen { get; private set; }

    /// <summary>Scripts the calls in order; the last answer is given again for ever.</summary>
    public ScriptedSkill Answers(params TwinAnswer[] answers)
    {
        _script = (_, number) => answers[Math.Min(number, answers.Length) - 1];
        return this;
    }

    /// <summary>Scripts every call by what is asked.</summary>
    public ScriptedSkill Answers(Func<SkillCall, TwinAnswer> script)
    {
        _script = (call, _) => script(call);
        return this;
    }

    /// <summary>Ends when a call has arrived.</summary>
    /// <param name="number">Which, from 1.</param>
    public Task<SkillCall> WhenCalledAsync(int number = 1)
    {
        lock (_gate)
        {
            if (_calls.Count >= number) return Task.FromResult(_calls[number - 1]);
            var arrived = new TaskCompletionSource<SkillCall>(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((number, arrived));
            return arrived.Task;
        }
    }

    /// <inheritdoc />
    public IReadOnlyList<Problem> FindGaps(SkillCall call) => Gaps(call);

    /// <summary>What <see cref="ISkill.FindMistakes"/> says.</summary>
    public Func<Payload, IReadOnlyList<Problem>> Mistakes { get; init; } = _ => [];

    /// <inheritdoc />
    public IReadOnlyList<Problem> FindMistakes(Payload input) => Mistakes(input);

    /// <inheritdoc />
    public async ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel)
    {
        var answer = Arrive(call);
        try
        {
            if (answer.Delay > TimeSpan.Zero) await Task.Delay(answer.Delay, _time, cancel).ConfigureAwait(false);
            return await answer.Give(call, cancel).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate) _open--;
        }
    }

    private TwinAnswer Arrive(SkillCall call)
    {
        lock (_gate)
        {
            _calls.Add(call);
            MaxOpen = Math.Max(MaxOpen, ++_open);
            foreach (var (number, arrived) in _awaited)
                if (number <= _calls.Count) arrived.TrySetResult(_calls[number - 1]);
            return _script(call, _calls.Count);
        }
    }
}
