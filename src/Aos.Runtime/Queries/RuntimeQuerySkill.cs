using System.Text.Json;
using System.Text.Json.Nodes;
using Aos.Abstractions.Skills;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Runtime.Queries;

/// <summary><c>runtime_query</c>: the questions of the runtime as a skill, so that a plan can look at its own run, and
/// at other runs of its agent. Every question is a call like any other: counted, limited, judged by policies, and its
/// answer is in the journal, where a replay finds it.</summary>
/// <param name="answer">Answers a question for the agent of a call.</param>
internal sealed class RuntimeQuerySkill(
    Func<SkillCall, RuntimeQuestion, CancellationToken, ValueTask<StructuredOutcome>> answer) : ISkill
{
    /// <summary>The contract.</summary>
    public static SkillContract OwnContract { get; } = RuntimeQueryContract.Create();

    /// <inheritdoc />
    public SkillContract Contract => OwnContract;

    /// <inheritdoc />
    public async ValueTask<SkillResult> InvokeAsync(SkillCall call, CancellationToken cancel)
    {
        var question = RuntimeQuestion.Read(call);
        if (question.RunId is null)
            return SkillResult.Failure(
                ErrorCodes.InvalidInput, "The call belongs to no run; say which `run_id`.", EffectState.None);
        var outcome = await answer(call, question, cancel).ConfigureAwait(false);
        if (outcome.Status != OutcomeStatus.Success)
            return SkillResult.Failure(outcome.Code, outcome.Message ?? outcome.Code.Value, EffectState.None) with
            {
                Problems = outcome.Failure?.Details ?? [],
            };
        var result = new JsonObject
        {
            ["answer"] = JsonNode.Parse(outcome.Result!.Utf8.Span),
            ["query"] = question.Query,
            ["run_id"] = question.RunId.Value.Value,
        };
        return SkillResult.Success(
            Payload.FromUtf8(JsonSerializer.SerializeToUtf8Bytes<JsonNode>(result, QueryJson.Default.JsonNode)));
    }
}

/// <summary>What <c>runtime_query</c> is asked.</summary>
/// <param name="Query">The query.</param>
/// <param name="RunId">The run; null where none is named and the call belongs to none.</param>
/// <param name="Arguments">The arguments of the query; null for none.</param>
internal sealed record RuntimeQuestion(string Query, RunId? RunId, Payload? Arguments)
{
    /// <summary>Reads the input of a call, which matches the schema.</summary>
    public static RuntimeQuestion Read(SkillCall call)
    {
        var input = call.Input.Element;
        var run = input.TryGetProperty("run_id", out var id) && id.ValueKind == JsonValueKind.String
            ? Contracts.Values.RunId.Parse(id.GetString()!) : call.RunId;
        return new RuntimeQuestion(input.GetProperty("query").GetString()!, run,
            input.TryGetProperty("arguments", out var arguments) && arguments.ValueKind == JsonValueKind.Object
                ? Payload.FromElement(arguments) : null);
    }
}
