using System.Text;
using Aos.Contracts.Failures;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Runtime.Queries;

/// <summary>The contract of <c>runtime_query</c>.</summary>
internal static class RuntimeQueryContract
{
    private static ReadOnlySpan<byte> OutputSchema => """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "required": ["answer", "query", "run_id"],
          "additionalProperties": false,
          "properties": {
            "answer": { "description": "What the query answers; null where there is nothing to say." },
            "query": { "type": "string" },
            "run_id": { "type": "string" }
          }
        }
        """u8;

    /// <summary>Builds the contract.</summary>
    public static SkillContract Create() => new()
    {
        Name = SkillName.Parse("runtime_query"),
        Version = new SkillVersion(1, 0, 0),
        Description = "Asks the runtime about this run, or about another run of the same agent: what is left of the "
            + "budget, what was tried, why a step failed, what is allowed, what waits for a person.",
        InputSchema = Payload.FromUtf8(Encoding.UTF8.GetBytes(InputSchema)),
        OutputSchema = Payload.FromUtf8(OutputSchema.ToArray()),
        Effect = new EffectRule { Default = EffectClass.Read },
        Latency = new LatencyModel { ExpectedMs = 5 },
        TimeoutMs = 10_000,
        FailureModes =
        [
            new FailureMode { Code = ErrorCodes.UnknownRun, When = "there is no such run of this agent" },
            new FailureMode { Code = ErrorCodes.UnknownStep, When = "the run has no step of that name" },
            new FailureMode { Code = ErrorCodes.InvalidArgument, When = "the query does not take such an argument" },
            new FailureMode { Code = ErrorCodes.InvalidInput, When = "a query or a run is named that cannot be one" },
        ],
        Constraints =
        [
            "Without run_id, the run that asks. Runs of other agents and tenants are as if they were not there.",
            "The answer is how the run stood at that moment. It is kept in the journal: a replay finds the same "
                + "answer there, a repetition asks again.",
            "Each question is an attempt of the run that asks.",
        ],
        Composition =
        [
            "`why_did_step_fail` after a step with on_failure: continue says what a later step can do about it.",
            "`remaining_budget_cents` as a condition of a dear step: when: \"steps.left.result.answer > `10`\".",
        ],
        Tags = ["runtime", "query", "budget", "status", "history", "failures", "introspection"],
        Examples =
        [
            Example("What is left", """{"query":"remaining_budget_cents"}"""u8),
            Example("Why a step failed", """{"query":"why_did_step_fail","arguments":{"step_id":"fetch"}}"""u8),
        ],
    };

    // The names stand in the schema, so that a plan with another one is refused before it runs.
    private static string InputSchema => $$"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "type": "object",
          "required": ["query"],
          "additionalProperties": false,
          "properties": {
            "query": { "enum": [{{string.Join(", ", RunQueries.AllNames.Select(name => $"\"{name}\""))}}] },
            "run_id": {
              "type": ["string", "null"], "pattern": "^run_[0-9a-z]{8,40}$",
              "description": "A run of the same agent. Absent or null: the run that asks."
            },
            "arguments": { "type": ["object", "null"], "description": "What the query takes, such as step_id or code." }
          }
        }
        """;

    private static SkillExample Example(string title, ReadOnlySpan<byte> input) =>
        new() { Title = title, Input = Payload.FromUtf8(input.ToArray()) };
}
