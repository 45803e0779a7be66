using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aos.Abstractions.Skills;
using Aos.Contracts.Outcomes;
using Aos.Contracts.Skills;
using Aos.Contracts.Values;

namespace Aos.Tests.Skills.Attributes;

internal enum Colour
{
    Light,
    DarkRed,

    // A second name of one value, which a writer must not trip over.
    Bright = Light,
}

internal record Base
{
    public required string Text { get; init; }
}

internal sealed record Everything(bool Flag, byte Small, int Whole, long Long, double Ratio, decimal Exact) : Base
{
    public required Guid Id { get; init; }

    public required DateTimeOffset At { get; init; }

    public required DateOnly Day { get; init; }

    public required Uri Link { get; init; }

    public required JsonElement Anything { get; init; }

    public required Payload Raw { get; init; }

    public required Colour Colour { get; init; }

    public required Colour[] Colours { get; init; }

    public required List<string?> Names { get; init; }

    public required ImmutableArray<IReadOnlyList<int>> Matrix { get; init; }

    public required IReadOnlyDictionary<string, int> ByName { get; init; }

    public required Outer Nested { get; init; }

    public required ValueList<Tree> Children { get; init; }

    [JsonPropertyName("renamed-member")]
    public required string Renamed { get; init; }

    public int InitOnly { get; init; } = 42;

    public string Settable { get; set; } = "kept";

    public required Point Point { get; init; }

    public int? Maybe { get; init; }

    public string? IPv6Address { get; init; }

    [JsonIgnore]
    public string Hidden => "never";

    internal sealed record Outer(Inner Inner);

    internal sealed record Inner(int Value);
}

internal sealed record Tree(string Name, IReadOnlyList<Tree>? Children);

internal struct Point
{
    public required int X { get; set; }

    public required int Y { get; init; }
}

internal sealed record EverythingResult(Everything Echo)
{
    public int Count => 1;
}

internal sealed record Sum(int Left, int Right);

internal sealed record Nothing;

internal static class StaticSkills
{
    private const string Input = """
        {
          "text": "t", "flag": false, "small": 0, "whole": 1, "long": 1, "ratio": 1, "exact": 1,
          "id": "0f8fad5b-d9cb-469f-a165-70867728950e", "at": "2026-01-02T03:04:05Z", "day": "2026-01-02",
          "link": "https://example.com/", "anything": null, "raw": null, "colour": "light", "colours": [], "names": [],
          "matrix": [], "by_name": {}, "nested": {"inner": {"value": 1}}, "children": [], "renamed-member": "r",
          "point": {"x": 0, "y": 0}
        }
        """;

    [Skill("everything", "1.0.0", Effect = EffectClass.Pure)]
    [Description("Gives back what it is given.")]
    [SkillExample("Everything", Input)]
    public static ValueTask<EverythingResult> EchoAsync(Everything input, CancellationToken cancel) =>
        ValueTask.FromResult(new EverythingResult(input));

    [Skill("add", "1.0.0", Description = "Adds.", Effect = EffectClass.Pure)]
    internal static int Add(Sum sum) => sum.Left + sum.Right;

    [Skill("add", "2.0.0", Description = "Subtracts, which is why it is another version.", Effect = EffectClass.Pure)]
    internal static int Subtract(Sum sum) => sum.Left - sum.Right;
}

internal sealed record Ticket(string Title);

internal sealed class TicketSkills
{
    [Skill("ticket", "1.2.3", Description = "Opens a ticket.", ExpectedCents = 0.5, WorstCents = 1)]
    [SkillSideEffect("ticket_created", Reversible = true)]
    public SkillAnswer<string> Open(Ticket ticket, SkillCall call) => SkillAnswer.Success("T-1") with
    {
        Cost = Money.FromCents(0.5m),
        SideEffects = [
            new SideEffect
            {
                Type = "ticket_created",
                Target = $"{ticket.Title} for {call.Tenant}",
                Reversible = true
            }],
    };
}

[Skill("handler", "1.0.0-beta.1", Description = "Does nothing.", Effect = EffectClass.Pure)]
internal sealed class NothingHandler : ISkillHandler<Nothing, Nothing>
{
    ValueTask<SkillAnswer<Nothing>> ISkillHandler<Nothing, Nothing>.RunAsync(
        Nothing input, SkillCall call, CancellationToken cancel) =>
        ValueTask.FromResult<SkillAnswer<Nothing>>(input);
}
