using System.ComponentModel;
using System.Text.Json;
using Aos.Contracts.Failures;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Extensions.AI;
using Aos.Tests.Runtime.Bench;
using Microsoft.Extensions.AI;

namespace Aos.Tests.Extensions;

/// <summary>Functions of Microsoft.Extensions.AI as skills.</summary>
public sealed class FunctionSkillTests : IAsyncLifetime
{
    private readonly RuntimeBench _bench = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_function_runs_as_a_skill_with_the_schema_that_it_has()
    {
        var outcome = await ExecuteAsync(
            new FunctionSkill(AIFunctionFactory.Create(Add, "Add-Numbers")), "add-numbers",
            """{"left":20,"right":22}""");

        Assert.Equal((OutcomeStatus.Success, "42"), (outcome.Status, outcome.Result!.ToString()));
        var contract = new FunctionSkill(AIFunctionFactory.Create(Add)).Contract;
        Assert.Equal(
            (EffectClass.Once, "1.0.0", "Adds two numbers."),
            (contract.Effect!.Default, contract.Version.Value, contract.Description));
        Assert.Equal(
            "integer",
            contract.InputSchema.Element.GetProperty("properties").GetProperty("left").GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_function_that_gives_what_strangers_write_is_said_to(bool tainted)
    {
        var outcome = await ExecuteAsync(
            new FunctionSkill(AIFunctionFactory.Create(Add, "add"), new FunctionSkillOptions { Tainted = tainted }),
            "add", """{"left":20,"right":22}""");
        Assert.Equal(tainted, outcome.Execution!.Tainted);
    }

    [Fact]
    public async Task An_input_that_the_schema_refuses_never_reaches_the_function()
    {
        var outcome =
            await ExecuteAsync(new FunctionSkill(AIFunctionFactory.Create(Add, "add")), "add", """{"left":"x"}""");
        Assert.NotEqual(OutcomeStatus.Success, outcome.Status);
        Assert.Contains(
            outcome.Failure!.Details, problem => problem.Message.Contains("right", StringComparison.Ordinal)
                || problem.Pointer.Contains("left", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(EffectClass.Once, OutcomeStatus.Unknown)]
    [InlineData(EffectClass.Read, OutcomeStatus.Failure)]
    public async Task What_a_function_throws_is_a_failure_that_is_judged_by_its_effect_class(
        EffectClass effect, OutcomeStatus status)
    {
        var calls = 0;
        var function =
            AIFunctionFactory.Create(string () => throw new InvalidDataException($"broken {++calls}"), "breaks");
        var outcome = await ExecuteAsync(
            new FunctionSkill(function, new FunctionSkillOptions { Effect = effect }), "breaks", "{}");

        Assert.Equal((status, 1), (outcome.Status, calls));
        if (effect == EffectClass.Read)
            Assert.Equal((ErrorCodes.FunctionFailed, "InvalidDataException"), (outcome.Code, outcome.Failure!.Cause));
    }

    [Fact]
    public async Task A_caller_says_what_its_exceptions_mean()
    {
        var function = AIFunctionFactory.Create(string () => throw new UnauthorizedAccessException("no"), "guarded");
        var outcome = await ExecuteAsync(new FunctionSkill(function, new FunctionSkillOptions
        {
            Classify = failure => failure is UnauthorizedAccessException
                ? (ErrorCodes.PermissionDenied, EffectState.None) : null,
        }), "guarded", "{}");
        Assert.Equal((OutcomeStatus.Failure, ErrorCodes.PermissionDenied), (outcome.Status, outcome.Code));
    }

    [Fact]
    public async Task A_result_that_is_no_JSON_is_an_output_that_cannot_be_relied_on()
    {
        var skill = new FunctionSkill(new Returning("odd", new Uri[] { new("x", UriKind.Relative) }.GetType()));
        var call = new Aos.Abstractions.Skills.SkillCall
        {
            Input = Payload.Empty,
            IdempotencyKey = "k",
            Effect = EffectClass.Once,
            Timeout = TimeSpan.FromSeconds(1)
        };
        var result = await skill.InvokeAsync(call, TestContext.Current.CancellationToken);
        Assert.Equal((ErrorCodes.InvalidOutput, EffectState.Happened), (result.Code, result.Effect));
    }

    [Fact]
    public async Task A_function_that_is_told_to_stop_stops()
    {
        var function = AIFunctionFactory.Create(
            async (CancellationToken cancel) => await new TaskCompletionSource<int>().Task.WaitAsync(cancel), "hangs");
        using var stop = new CancellationTokenSource();
        var call = new Aos.Abstractions.Skills.SkillCall
        {
            Input = Payload.Empty,
            IdempotencyKey = "k",
            Effect = EffectClass.Once,
            Timeout = TimeSpan.FromSeconds(1)
        };
        var running = new FunctionSkill(function).InvokeAsync(call, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void A_name_that_no_skill_can_have_needs_another_one()
    {
        Assert.Throws<ArgumentException>(() => new FunctionSkill(AIFunctionFactory.Create(Add, "1st")));
        Assert.Equal(
            "first",
            new FunctionSkill(
                AIFunctionFactory.Create(Add, "1st"),
                new FunctionSkillOptions { Name = SkillName.Parse("first") }).Contract.Name.Value);
    }

    [Description("Adds two numbers.")]
    private static int Add(int left, int right) => left + right;

    private async Task<StructuredOutcome> ExecuteAsync(FunctionSkill skill, string name, string input)
    {
        _bench.Skills.Add(skill);
        return await _bench.Runtime.ExecuteAsync(_bench.Call(name, input), TestContext.Current.CancellationToken);
    }

    // A Type is what System.Text.Json refuses to write.
    private sealed class Returning(string name, object value) : AIFunction
    {
        public override string Name => name;

        public override JsonElement JsonSchema => JsonElement.Parse("""{"type":"object"}""");

        protected override ValueTask<object?> InvokeCoreAsync(
            AIFunctionArguments arguments, CancellationToken cancellationToken) => new(value);
    }
}
