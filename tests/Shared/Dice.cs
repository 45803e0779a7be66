using System.Numerics;

namespace Aos.TestShared;

/// <summary>A small generator whose sequence is the same on every machine and version: SplitMix64.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 evenly distributed bits.</summary>
    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            return Mix(_state);
        }
    }

    /// <summary>A number from 0 to below a bound.</summary>
    public int Below(int bound) => (int)((UInt128)Next() * (ulong)bound >> 64);

    /// <summary>A number between two, both included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>Whether something of this likelihood happens.</summary>
    public bool Chance(int perMille) => Below(1_000) < perMille;

    /// <summary>One of several.</summary>
    public T Pick<T>(params ReadOnlySpan<T> items) => items[Below(items.Length)];

    /// <summary>Bits that follow from a seed and a name, whatever was drawn before.</summary>
    public static ulong Hash(ulong seed, string name, int number = 0)
    {
        unchecked
        {
            var hash = seed ^ 0xCBF29CE484222325;
            foreach (var letter in name) hash = (hash ^ letter) * 0x100000001B3;
            return Mix(Mix(hash) + BitOperations.RotateLeft((ulong)(uint)number * 0x9E3779B97F4A7C15, 17));
        }
    }

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            return z ^ z >> 31;
        }
    }
}
