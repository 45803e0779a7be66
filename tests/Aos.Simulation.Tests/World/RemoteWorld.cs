using System.Globalization;
using System.Text;
using Aos.Abstractions.Skills;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Simulation.Tests.Checks;
using Aos.Simulation.Tests.Pump;

namespace Aos.Simulation.Tests.World;

/// <summary>Names a call of a run as the remote side can tell it from the request, without the key.</summary>
internal readonly record struct RemoteCall(RunId Run, string Step, int Item, bool IsFallback)
{
    public override string ToString() => $"{Run}/{Step}{(Item < 0 ? "" : $"[{Item}]")}{(IsFallback ? "!" : "")}";
}

/// <summary>A request that arrived.</summary>
internal sealed record Arrival(
    RemoteCall Call, int Attempt, string Key, EffectClass Effect, bool IsPaid, Behaviour Behaviour);

/// <summary>The side that skills talk to. It shares nothing with the runtime, survives every crash of it, and keeps its
/// own books: what arrived, under which key, what happened, and what it charged.</summary>
internal sealed class RemoteWorld(ulong seed, Scenario scenario, Faults faults, VirtualTime time, History history)
{
    private readonly Dictionary<RemoteCall, string> _keys = [];
    private readonly Dictionary<string, RemoteCall> _calls = new(StringComparer.Ordinal);

    /// <summary>Everything that arrived, in order.</summary>
    public List<Arrival> Arrivals { get; } = [];

    /// <summary>Asked when a request arrives.</summary>
    public required Witness Witness { get; init; }

    /// <summary>Whether the effect of a call ever happened.</summary>
    public bool Happened(RunId run, string step, int? item, bool isFallback)
    {
        var call = new RemoteCall(run, step, item ?? -1, isFallback);
        return Arrivals.Exists(arrival => arrival.Call == call && arrival.Behaviour.Happens);
    }

    /// <summary>What a run was really charged.</summary>
    public Money Charged(RunId run)
    {
        var sum = Money.Zero;
        foreach (var arrival in Arrivals)
            if (arrival.Call.Run == run) sum += arrival.Behaviour.Charge;
        return sum;
    }

    /// <summary>Takes a request and answers it, if it does.</summary>
    public async ValueTask<SkillResult> AskAsync(SkillContract skill, SkillCall call, CancellationToken cancel)
    {
        var input = call.Input.Element;
        var remote = new RemoteCall(
            call.RunId!.Value, input.GetProperty("s").GetString()!, input.GetProperty("i").GetInt32(),
            input.GetProperty("f").GetBoolean());
        var place = string.Create(CultureInfo.InvariantCulture, $"{remote} {call.Attempt}");
        var behaviour = Behaviour.Of(
            seed, place, faults.Strikes(new FaultPlace(FaultKind.SkillFails, place), scenario.SkillFailures, out _),
            skill.Cost?.Worst ?? Money.Zero);
        if (behaviour.Kind == BehaviourKind.Throws && !behaviour.Happens)
            throw new InvalidOperationException("The skill has a defect.");
        if (skill.Effect?.Default == EffectClass.Pure) return ResultOf(Arrive(skill, remote, call, behaviour));

        var answer = new TaskCompletionSource<SkillResult>();
        if (faults.Strikes(new FaultPlace(FaultKind.SlowRequest, place), 50, out var draw))
            time.After(
                TimeSpan.FromMilliseconds(draw.Between(1, 5_000)), () => Serve(skill, remote, call, behaviour, answer));
        else Serve(skill, remote, call, behaviour, answer);
        return behaviour.Kind is BehaviourKind.HangsForEver or BehaviourKind.AnswersLate
            ? await answer.Task
            : await answer.Task.WaitAsync(cancel);
    }

    private void Serve(
        SkillContract skill, RemoteCall remote, SkillCall call, Behaviour behaviour,
        TaskCompletionSource<SkillResult> answer)
    {
        Arrive(skill, remote, call, behaviour);
        if (behaviour.Kind is BehaviourKind.Hangs or BehaviourKind.HangsForEver) return;
        time.After(behaviour.Latency, () =>
        {
            history.Note($"world: {behaviour.Kind} {remote} attempt {call.Attempt}");
            try
            {
                answer.TrySetResult(ResultOf(behaviour));
            }
            catch (InvalidOperationException error)
            {
                answer.TrySetException(error);
            }
        });
    }

    private Behaviour Arrive(SkillContract skill, RemoteCall remote, SkillCall call, Behaviour behaviour)
    {
        history.Note($"world: arrives {remote} attempt {call.Attempt} key {call.IdempotencyKey[..8]} {behaviour.Kind} "
            + $"happens {behaviour.Happens} charge {behaviour.Charge}");
        var arrival =
            new Arrival(remote, call.Attempt, call.IdempotencyKey, call.Effect, skill.Cost is not null, behaviour);
        if (_keys.TryGetValue(remote, out var key) && key != call.IdempotencyKey)
            Witness.Violated($"{remote} was asked for under two keys: a retry would not be recognised.");
        if (_calls.TryGetValue(call.IdempotencyKey, out var other) && other != remote)
            Witness.Violated($"{remote} and {other} were asked for under one key.");
        _keys[remote] = call.IdempotencyKey;
        _calls[call.IdempotencyKey] = remote;
        Witness.Arrived(arrival, Arrivals);
        Arrivals.Add(arrival);
        if (Charged(remote.Run) > Witness.Budget(remote.Run))
            Witness.Violated(
                $"{remote.Run} was charged {Charged(remote.Run)}, more than its budget of {Witness.Budget(remote.Run)}.");
        return behaviour;
    }

    private static SkillResult ResultOf(Behaviour behaviour) => behaviour.Kind switch
    {
        BehaviourKind.Throws => throw new InvalidOperationException("The skill has a defect."),
        BehaviourKind.Garbles =>
            SkillResult.Success(Payload.FromUtf8("\"no object\""u8.ToArray())) with { Cost = behaviour.Charge },
        BehaviourKind.Answers or BehaviourKind.AnswersLate when behaviour.Happens =>
            SkillResult.Success(Payload.FromUtf8(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $$"""{"n":{{behaviour.Draw % 11}},"items":[{{string.Join(',', Enumerable.Range(0, (int)(behaviour.Draw >> 8 & 3)))}}]}"""))))
            with
            { Cost = behaviour.Charge, SideEffects = [new SideEffect { Type = "t", Target = "x" }] },
        _ => SkillResult.Failure(ErrorCode.Parse(behaviour.Code), "The world says so.", behaviour.Told) with
        {
            Cost = behaviour.Charge,
            RetryAfter = behaviour.RetryAfter,
        },
    };
}
