using System.Buffers;
using System.Text.Json;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Runs;
using Microsoft.Extensions.AI;

namespace Aos.Extensions.AI;

/// <summary>A skill as a function that a model can call.</summary>
internal sealed class SkillFunction(
    AosRuntime runtime, AgentProfile profile, SkillRef reference, SkillContract contract, string name,
    SkillFunctionOptions options, Purse? purse) : AIFunction
{
    /// <inheritdoc />
    public override string Name => name;

    /// <inheritdoc />
    public override string Description => contract.Description;

    /// <inheritdoc />
    public override JsonElement JsonSchema => contract.InputSchema.Element;

    /// <inheritdoc />
    /// <remarks>None: a call that is refused answers with something else than its result.</remarks>
    public override JsonElement? ReturnJsonSchema => null;

    /// <inheritdoc />
    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType == typeof(SkillContract)
            ? contract : base.GetService(serviceType, serviceKey);

    /// <inheritdoc />
    protected override async ValueTask<object?> InvokeCoreAsync(
        AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        if (Read(arguments) is not { } input)
            return FunctionAnswer.Refusal(ErrorCodes.InvalidInput, $"The arguments of {name} are no JSON values.");
        var outcome = await ExecuteAsync(new ExecuteRequest
        {
            Skill = reference,
            Input = input,
            Profile = profile,
            Budget = options.PerCallBudget,
            IdempotencyKey = options.KeyOf?.Invoke(arguments),
            Tenant = options.Tenant,
            // A model wrote the arguments.
            Tainted = true,
        }, cancellationToken).ConfigureAwait(false);
        var waiting = outcome is { Code: var code, RunId: { } run } && code == ErrorCodes.RunOwned
            ? await WaitingAsync(run, cancellationToken).ConfigureAwait(false) : null;
        outcome = waiting ?? outcome;
        options.OnOutcome?.Invoke(outcome);
        return FunctionAnswer.Of(outcome);
    }

    private async ValueTask<StructuredOutcome> ExecuteAsync(ExecuteRequest request, CancellationToken cancel)
    {
        if (purse is null || contract.Cost is not { } cost || (cost.Worst == Money.Zero && cost.Quoted != true))
            return await runtime.ExecuteAsync(request, cancel).ConfigureAwait(false);
        await purse.TakeTurnAsync(cancel).ConfigureAwait(false);
        Money? allowed = null;
        StructuredOutcome? outcome = null;
        try
        {
            await purse.LookAsync(runtime, cancel).ConfigureAwait(false);
            allowed = request.Budget is { } own && own < purse.Left ? own : purse.Left;
            outcome = await runtime.ExecuteAsync(request with { Budget = allowed }, cancel).ConfigureAwait(false);
            return outcome;
        }
        finally
        {
            if (allowed is { } most) purse.Settle(outcome, most);
            purse.EndTurn();
        }
    }

    // The run has not ended: somebody must decide first.
    private async ValueTask<StructuredOutcome?> WaitingAsync(RunId run, CancellationToken cancel)
    {
        var report = (await runtime.ReportAsync(run, cancel).ConfigureAwait(false)).Value;
        return report?.WaitingFor != WaitReason.Approval ? null : new StructuredOutcome
        {
            RunId = run,
            Status = OutcomeStatus.Failure,
            Code = ErrorCodes.ApprovalRequired,
            Message = $"The call waits for somebody's approval, as run {run}. It is made once that is given, and not "
                + "before; do not call again for it.",
        };
    }

    private static Payload? Read(AIFunctionArguments arguments)
    {
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartObject();
                foreach (var (key, value) in arguments)
                {
                    writer.WritePropertyName(key);
                    FunctionJson.Write(writer, value, AIJsonUtilities.DefaultOptions);
                }
                writer.WriteEndObject();
            }
        }
        catch (Exception failure)
            when (failure is NotSupportedException or JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
        return Payload.FromUtf8(buffer.WrittenMemory.ToArray());
    }
}
