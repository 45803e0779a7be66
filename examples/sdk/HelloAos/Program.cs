using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Runtime;
using Aos.Runtime.Hosting;
using Aos.Runtime.Runs;
using Aos.Skills.Standard.JsonTransform;
using Aos.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;

var options = new SqliteStoreOptions { Directory = args is [var directory] ? directory : "aos-data" };
var store = await SqliteStore.OpenAsync(options, TimeProvider.System, CancellationToken.None);
await using var services = new ServiceCollection()
    .AddAos(_ => store)
    .AddSkill(new JsonTransformSkill())
    .BuildServiceProvider();

var outcome = await services.GetRequiredService<AosRuntime>().ExecuteAsync(new ExecuteRequest
{
    Skill = SkillRef.Parse("json_transform@1"),
    Input = Payload.FromUtf8("""{"data":{"price":{"amount":42}},"expression":"price.amount"}"""u8.ToArray()),
}, CancellationToken.None);
Console.WriteLine($"{outcome.Status} {outcome.Result} in run {outcome.RunId}");
