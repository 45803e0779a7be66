using System.Collections.Immutable;
using System.Text.Json;
using Aos.Contracts.Schemas;

namespace Aos.Tests.Schemas;

internal static class ContractDocuments
{
    public const string PlanExample = """
        { "goal": "price of bitcoin to the team",
          "steps": [
            { "id": "fetch", "skill": "http_call@1", "input": { "url": "https://api.example.com/btc", "method": "GET" },
              "timeout_ms": 2000, "retry": { "max_attempts": 4 } },
            { "id": "price", "skill": "json_transform@1", "depends_on": ["fetch"],
              "input": { "data": "${steps.fetch.result.body}", "expression": "amount" } },
            { "id": "tell", "skill": "http_call@1", "depends_on": ["price"], "when": "steps.price.result.value > `0`",
              "input": { "url": "${input.hook}", "method": "POST", "body": { "text": "BTC is ${steps.price.result.value}" } },
              "approval": { "role": "operator" },
              "on_failure": { "fallback": { "skill": "http_call@1", "input": { "url": "${input.second_hook}", "method": "POST", "body": {} } } } }
          ],
          "output": "steps.price.result.value" }
        """;

    public const string ProfileExample = """
        { "agent_id": "price-watcher", "description": "Watches prices.",
          "skills": ["http_call@1", "json_transform@^1.0.0"],
          "planner": { "id": "rule", "mode": "static", "rules": "rules.json" },
          "budget": { "per_run_cents": 2.5, "per_step_cents": 0.0000001, "per_day_cents": 0, "mode": "hard" },
          "limits": { "max_steps": 200, "max_attempts": 1000, "max_parallel_steps": 64, "max_run_seconds": 604800,
                      "max_planner_rounds": 10, "rates": [{ "skill": "http_call", "calls": 10, "per_seconds": 60 }] },
          "network": { "allow": ["api.example.com", "*.example.org:443", "10.0.0.0/8", "localhost:8080"] },
          "workspace": "work", "config": { "http_call": { "user_agent": "price-watcher" } } }
        """;

    public static JsonSchema Compile(string text)
    {
        using var document = JsonDocument.Parse(text);
        var compiled = JsonSchema.Compile(document.RootElement, SchemaOptions.Default);
        return Assert.IsType<SchemaCompilation.Compiled>(compiled).Schema;
    }

    public static ImmutableArray<SchemaError> Errors(JsonSchema schema, string document) =>
        schema.Validate(JsonElement.Parse(document)).Errors;

    public static void AssertRefused(JsonSchema schema, string document, string pointer, string keyword) =>
        Assert.Contains(
            (pointer, keyword), Errors(schema, document).Select(error => (error.InstanceLocation, error.Keyword)));
}
