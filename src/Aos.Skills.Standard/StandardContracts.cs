using Aos.Contracts.Skills;
using Aos.Skills.Standard.Http;
using Aos.Skills.Standard.JsonTransform;
using Aos.Skills.Standard.Llm;

namespace Aos.Skills.Standard;

/// <summary>The contracts of the standard skills, without the skills: for twins, documents and checks. Each call makes
/// a contract of its own, equal to the others.</summary>
public static class StandardContracts
{
    /// <summary>The contract of <c>http_call</c>.</summary>
    public static SkillContract HttpCall() => HttpCallContract.Create();

    /// <summary>The contract of <c>json_transform</c>.</summary>
    public static SkillContract JsonTransform() => JsonTransformContract.Create();

    /// <summary>The contract of <c>llm_invoke</c>.</summary>
    /// <param name="cost">What a call costs at worst and usually, by the prices of the models that it may use.</param>
    public static SkillContract LlmInvoke(CostModel cost) => LlmInvokeContract.Create(cost);
}
