using System.Text;
using Aos.Abstractions.Skills;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Agents;
using Aos.Contracts.Runs;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Documents;
using Aos.Runtime.Runs;
using Aos.Runtime.Skills;

namespace Aos.Benchmarks.Load;

/// <summary>Runs of ten steps in a chain, each reading the result of the one before.</summary>
internal sealed class Workload
{
    public const int StepsOfARun = 10;

    public Workload(Mix mix)
    {
        Mix = mix;
        Skills = SkillRegistry.Create([new StepSkill(mix)]);
        Request = new RunRequest
        {
            Plan = PlanReader.Read(Encoding.UTF8.GetBytes(PlanText)).Value!,
            Input = Payload.FromUtf8("""{"n":7}"""u8.ToArray()),
            Profile = new AgentProfile { AgentId = "bench", Skills = [SkillRef.Parse("bench_step")] },
        };
    }

    public Mix Mix { get; }

    public ISkillRegistry Skills { get; }

    public RunRequest Request { get; }

    private static string PlanText =>
        $$"""{"steps":[{{string.Join(',', Enumerable.Range(0, StepsOfARun).Select(Step))}}]}""";

    private static string Step(int index) => index == 0
        ? """{"id":"s0","skill":"bench_step@1","input":{"n":"${input.n}"}}"""
        : $$$"""{"id":"s{{{index}}}","skill":"bench_step@1","input":{"n":"${steps.s{{{index - 1}}}.result.n}"}}""";

    public AosRuntime Open(IStore store) => new(new AosRuntimeParts { Store = store, Skills = Skills });

    /// <summary>Makes one run, from admission to its report.</summary>
    public async Task MakeAsync(AosRuntime runtime, CancellationToken cancel)
    {
        var answer = await runtime.RunAsync(Request, cancel);
        if (answer.Value is not { Status: RunStatus.Completed } report)
            throw new InvalidOperationException(
                $"A run of the benchmark did not complete: {AosJson.WriteIndented(answer.Outcome)}");
        if (report.Steps.Count != StepsOfARun)
            throw new InvalidOperationException("A run of the benchmark lacks steps.");
    }
}
