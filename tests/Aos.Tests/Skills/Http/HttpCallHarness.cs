using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Aos.Abstractions.Secrets;
using Aos.Abstractions.Skills;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Skills.Standard.Http;

namespace Aos.Tests.Skills.Http;

/// <summary>A skill under test with names of its own.</summary>
internal sealed class HttpCallHarness(HttpLimits? limits = null, TimeProvider? clock = null) : IDisposable
{
    public const string Key = "key-of-the-call";

    /// <summary>The class that the kernel took; of <c>once</c>, each request gets its own connection.</summary>
    public EffectClass Effect { get; init; } = EffectClass.Idempotent;

    public string Agent { get; set; } = "tester";

    public ISecretResolver Secrets { get; init; } = NoSecrets.Instance;

    public ScriptedResolver Resolver { get; } = new();

    public HttpCallSkill Skill =>
        field ??= new HttpCallSkill(clock ?? TimeProvider.System, Resolver, limits ?? new HttpLimits());

    public async Task<SkillResult> CallAsync(string input, params string[] allow) =>
        await CallAsync(input, TestContext.Current.CancellationToken, allow);

    public async Task<SkillResult> CallAsync(string input, CancellationToken cancel, params string[] allow) =>
        await Skill.InvokeAsync(Call(input, allow), cancel).AsTask()
            .WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);

    public Task<SkillResult> GetAsync(string url, params string[] allow) => CallAsync($$"""{"url":"{{url}}"}""", allow);

    public void Dispose() => Skill.Dispose();

    private SkillCall Call(string input, string[] allow) => new()
    {
        Input = Payload.FromUtf8(Encoding.UTF8.GetBytes(input)),
        IdempotencyKey = Key,
        Effect = Effect,
        Timeout = TimeSpan.FromSeconds(60),
        Network = ValueList.From(allow),
        Secrets = Secrets,
        AgentId = Agent,
    };
}

/// <summary>Answers look-ups from a script, each name with one answer after another; the last one stays.</summary>
internal sealed class ScriptedResolver : IHostResolver
{
    private readonly Dictionary<string, Queue<string[]>> _answers = [];

    public List<string> Asked { get; } = [];

    public void Answer(string host, params string[][] answers) => _answers[host] = new Queue<string[]>(answers);

    public ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancel)
    {
        Asked.Add(host);
        if (!_answers.TryGetValue(host, out var queue)) throw new SocketException((int)SocketError.HostNotFound);
        var next = queue.Count > 1 ? queue.Dequeue() : queue.Peek();
        return ValueTask.FromResult<IReadOnlyList<IPAddress>>([.. next.Select(IPAddress.Parse)]);
    }
}

internal static class SkillResultReading
{
    public static JsonElement Member(this SkillResult result, string name) => result.Result!.Element.GetProperty(name);

    public static string Body(this SkillResult result) => result.Member("body").GetRawText();
}
