using System.Text.Json;
using Aos.Contracts.Agents;
using Aos.Contracts.Failures;
using Aos.Contracts.Models;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Values;

namespace Aos.Runtime.Agents;

/// <summary>The rules of a profile's models that its schema does not say.</summary>
internal static class ModelRules
{
    private const int FallbacksMax = 8;

    private static readonly HashSet<string> Categories =
        [.. Enum.GetNames<FailureCategory>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>Adds every mistake, by its place.</summary>
    public static void Check(AgentProfile profile, List<Problem> problems)
    {
        foreach (var (name, model) in profile.Models)
        {
            if (model.Provider == ModelProvider.Scripted && model.Script is null)
                Add(problems, $"/models/{name}",
                    $"The scripted model '{name}' has no `script`, the file of its answers.");
            if (model.Provider != ModelProvider.Scripted && model.Script is not null)
                Add(problems, $"/models/{name}/script",
                    $"Only a scripted model has a script; '{name}' is of another provider.");
            if (model.BaseUrl is { } url && !IsAddress(url))
                Add(problems, $"/models/{name}/base_url",
                    $"'{url}' is not an http or https address without user, query and fragment.");
            CheckFallbacks(profile, name, model.Fallbacks, problems);
        }
    }

    private static void CheckFallbacks(
        AgentProfile profile, string name, ValueList<ModelFallback> fallbacks, List<Problem> problems)
    {
        if (fallbacks.Count > FallbacksMax)
            Add(problems, $"/models/{name}/fallbacks",
                $"Model '{name}' has {fallbacks.Count} fallbacks; at most {FallbacksMax} are allowed.");
        for (var i = 0; i < fallbacks.Count; i++)
        {
            var (place, other) = ($"/models/{name}/fallbacks/{i}", fallbacks[i].Model);
            if (other == name) Add(problems, $"{place}/model", $"Model '{name}' cannot stand in for itself.");
            else if (!profile.Models.ContainsKey(other))
                Add(problems, $"{place}/model", $"There is no model '{other}' in the profile.");
            else if (fallbacks.Take(i).Any(before => before.Model == other))
                Add(problems, $"{place}/model", $"Model '{other}' is named twice.");
            for (var j = 0; j < fallbacks[i].On.Count; j++)
                if (!Categories.Contains(fallbacks[i].On[j]) && !ErrorCode.TryParse(fallbacks[i].On[j], out _))
                    Add(problems, $"{place}/on/{j}",
                        $"'{fallbacks[i].On[j]}' is neither a category nor a code of the taxonomy.");
        }
    }

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url!.Scheme is "http" or "https") && url.Host.Length > 0
        && url is { UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 };

    private static void Add(List<Problem> problems, string pointer, string message) =>
        problems.Add(new Problem(pointer, ErrorCodes.InvalidProfile, message));
}
