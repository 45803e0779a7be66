using System.Globalization;
using Aos.Simulation.Tests;

// --seed N [--plant NAME] [--whole]: one seed, with everything that happened; --whole does not make it smaller.
// --seeds COUNT [--first N] [--plant NAME]: many, up to the first that fails.
// Anything else is for the test platform.
if (args is not ["--seed" or "--seeds", ..])
    return await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(
        args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);

var plant = Option("--plant") ?? "";
if (Number("--seeds") is { } count)
{
    var first = Number("--first") ?? 1;
    if (Simulated.FindFailure(first, count, plant) is not { } failed)
    {
        Console.Out.WriteLine($"{count} seeds from {first}: every promise kept");
        return 0;
    }
    return Explain(failed);
}

var seed = Number("--seed")!.Value;
if (Simulated.Check(seed, plant).Length > 0) return Explain(seed);
Console.Out.Write(Simulated.History(seed, plant));
return 0;

int Explain(ulong failing)
{
    Console.Out.Write(Simulated.Explain(failing, plant, !args.Contains("--whole")));
    return 1;
}

string? Option(string name) =>
    Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

ulong? Number(string name) => Option(name) is { } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
