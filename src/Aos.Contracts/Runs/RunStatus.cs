using System.Text.Json.Serialization;
using Aos.Contracts.Values;

namespace Aos.Contracts.Runs;

/// <summary>Whether an attempt that did not succeed changed the world.</summary>
[JsonConverter(typeof(SnakeCaseEnum<EffectState>))]
public enum EffectState
{
    /// <summary>It is not known.</summary>
    Unknown,

    /// <summary>It is known that it did not: not sent, or refused before anything was done.</summary>
    None,

    /// <summary>It is known that it did.</summary>
    Happened,
}

/// <summary>Where the wait before an attempt comes from.</summary>
[JsonConverter(typeof(SnakeCaseEnum<BackoffRule>))]
public enum BackoffRule
{
    /// <summary>Exponential, with jitter drawn from run, step and attempt.</summary>
    Exponential,

    /// <summary>The other side said how long.</summary>
    RetryAfter,

    /// <summary>At once: the outcome of a call that may be repeated was lost.</summary>
    Immediate,
}

/// <summary>The status of a run.</summary>
[JsonConverter(typeof(SnakeCaseEnum<RunStatus>))]
public enum RunStatus
{
    /// <summary>Something is in flight or will start.</summary>
    Running,

    /// <summary>Nothing goes on until something comes from outside.</summary>
    Waiting,

    /// <summary>It did what was asked.</summary>
    Completed,

    /// <summary>It did not; a code says why.</summary>
    Failed,

    /// <summary>It was stopped on request.</summary>
    Cancelled,

    /// <summary>It brought its host down or cannot be read; it is left alone until it is released.</summary>
    Quarantined,
}

/// <summary>What a waiting run waits for.</summary>
[JsonConverter(typeof(SnakeCaseEnum<WaitReason>))]
public enum WaitReason
{
    /// <summary>A person's decision.</summary>
    Approval,

    /// <summary>A moment.</summary>
    Timer,

    /// <summary>A named signal.</summary>
    Signal,

    /// <summary>A skill version that is not here.</summary>
    Version,

    /// <summary>Somebody who finds out what became of an attempt.</summary>
    UnknownOutcome,
}
