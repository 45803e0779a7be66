using System.Text;
using Aos.Contracts.Policies;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;
using Aos.Kernel.Policies;

namespace Aos.Tests.Policies;

/// <summary>Random policies and calls from small pools, so that rules match often and by a hair.</summary>
internal sealed class PolicyGen(ulong seed)
{
    private static readonly string[] Names = ["http_call", "send", "pay"];
    private static readonly string[] Hosts = [
        "api.example.com", "example.com", "*.example.com", "*", "localhost", "api.example.com:443", "example.com:8080"];
    private static readonly string[] Urls =
        ["https://api.example.com/v1/users", "https://example.com/", "http://example.com:8080/admin/x",
            "https://a.b.example.com/%61dmin",
            "http://localhost:1/", "https://other.org/a/../admin", "not a url", "/relative",
            "https://other.org//admin", "https://other.org/v1/..%2fadmin/", "https://other.org/a%5c.%5c%2fx/.."];
    private static readonly string[] Paths = ["/*", "/admin*", "/v1/users", "*x", "/"];
    private static readonly string[] Methods = ["GET", "post", "POST", "DELETE"];
    private static readonly string[] Inputs = ["/url", "/amount", "/to", "/deep/0", "/missing", "", "/to/1"];
    private static readonly string[] Values = ["1", "2", "\"a@x.org\"", "\"b@y.org\"", "null", "true", "[]", "{}"];
    private static readonly string[] Likes = ["*@x.org", "a*", "*", "b@y.org"];
    private static readonly string[] Clock = ["00:00", "06:30", "09:00", "17:00", "22:00", "23:59"];
    private static readonly string[] Effects = ["http_request", "message"];
    private static readonly string[] Agents = ["a", "a-1", "b"];
    private static readonly string[] Wildcards = ["a", "a*", "*", "b*"];

    /// <summary>The zones that policies name.</summary>
    public static IReadOnlyList<PinnedZone> Zones { get; } =
    [
        new PinnedZone
        {
            Zone = "Test/Summer",
            Offsets =
            [
                new ZoneOffset { From = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Minutes = 60 },
                new ZoneOffset { From = new DateTimeOffset(2026, 3, 29, 1, 0, 0, TimeSpan.Zero), Minutes = 120 },
            ],
        },
        new PinnedZone
        {
            Zone = "Test/West",
            Offsets = [new ZoneOffset { From = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Minutes = -570 }]
        },
    ];

    private ulong _state = unchecked(seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03);

    public IReadOnlyList<Policy> Policies() => [.. Enumerable.Range(0, 1 + Below(3)).Select(Policy)];

    public PolicyCall Call() => new()
    {
        Skill = SkillName.Parse(One(Names)),
        Version = new SkillVersion(1 + Below(2), Below(2), 0),
        Input = Payload.FromUtf8(Encoding.UTF8.GetBytes(Input())),
        Effect = (EffectClass)Below(5),
        Worst = Money.FromCents(Below(4)),
        SideEffects = Some(Effects, 50),
        AgentId = One(Agents),
        Tenant = One(Agents),
        At = new DateTimeOffset(2026, 3, 23, 0, 0, 0, TimeSpan.Zero).AddMinutes(Below(14 * 24 * 60)),
        Tainted = Chance(50),
    };

    public Dictionary<string, RuleUse> Used(IReadOnlyList<Policy> policies)
    {
        var used = new Dictionary<string, RuleUse>(StringComparer.Ordinal);
        foreach (var policy in policies)
            foreach (var rule in policy.Rules)
                if (rule.Limit is not null && Chance(70))
                    used[$"{policy.Name}@{policy.Version}/{rule.Id}"] =
                        new RuleUse(Below(4), Money.FromCents(Below(4)));
        return used;
    }

    private Policy Policy(int number) => new()
    {
        Name = $"p{number}",
        Version = 1 + Below(3),
        Default = Chance(30) ? PolicyDefault.Deny : Chance(50) ? PolicyDefault.Allow : null,
        Rules = ValueList.From(Enumerable.Range(0, Below(5)).Select(Rule)),
    };

    private PolicyRule Rule(int number)
    {
        var verdict = (RuleVerdict)Below(4);
        return new PolicyRule
        {
            Id = $"r{number}",
            Verdict = verdict,
            Match = Chance(90) ? Match() : null,
            Unless = Chance(15) ? Match() : null,
            Limit = verdict != RuleVerdict.Limit ? null : new PolicyLimit
            {
                MaxCalls = Chance(60) ? Below(4) : null,
                MaxCost = Chance(60) ? Money.FromCents(Below(6)) : null,
            },
        };
    }

    private PolicyMatch Match() => new()
    {
        Skills = Chance(30) ? [SkillRef.Parse(One(Names) + (Chance(50) ? "@1" : ""))] : [],
        Effects = Chance(15) ? [(EffectClass)Below(5), (EffectClass)Below(5)] : [],
        Hosts = Some(Hosts, 20),
        Paths = Some(Paths, 10),
        Methods = Some(Methods, 15),
        Input = Chance(25) ? [Condition()] : [],
        CostAbove = Chance(15) ? Money.FromCents(Below(4)) : null,
        SideEffects = Some(Effects, 10),
        Agents = Some(Wildcards, 15),
        Tenants = Some(Wildcards, 10),
        Times = Chance(20) ? [Window()] : [],
        Tainted = Chance(10) ? Chance(50) : null,
    };

    private InputCondition Condition() => new()
    {
        Path = One(Inputs),
        AnyOf = Chance(35) ? [Payload.FromUtf8(Encoding.UTF8.GetBytes(One(Values)))] : [],
        Like = Some(Likes, 30),
        AtLeast = Chance(20) ? Below(3) : null,
        AtMost = Chance(20) ? Below(3) : null,
        Present = Chance(20) ? Chance(70) : null,
        Every = Chance(30) ? Chance(50) : null,
    };

    private TimeWindow Window() => new()
    {
        Zone = Chance(60) ? Zones[Below(2)].Zone : null,
        Days = Chance(50) ? [(Weekday)Below(7), (Weekday)Below(7)] : [],
        From = Chance(70) ? Clock[Below(3)] : null,
        To = Chance(70) ? Clock[1 + Below(5)] : null,
    };

    private string Input() => $$"""
        {"url":{{(Chance(80) ? $"\"{One(Urls)}\"" : One(Values))}}{{(Chance(60) ? $",\"method\":\"{One(Methods)}\"" : "")}}{{(Chance(60)
            ? $",\"amount\":{Below(4)}" : "")}}{{(Chance(50) ? $",\"to\":[{One(Values)},{One(Values)}]" : "")}},"deep":[{{One(Values)}}]}
        """;

    private T One<T>(T[] items) => items[Below(items.Length)];

    private ValueList<string> Some(string[] items, int percent) =>
        !Chance(percent) ? [] : Chance(50) ? [One(items)] : [One(items), One(items)];

    private bool Chance(int percent) => Below(100) < percent;

    // xorshift64*: the same sequence on every version of the framework.
    private int Below(int most)
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (int)(unchecked(_state * 0x2545F4914F6CDD1D >> 33) % (ulong)most);
    }
}
