using System.Globalization;
using System.Security.Cryptography;

namespace Aos.Storage.Postgres.Runs;

/// <summary>The name of a process among those that open a store, and the number of its lock on the server.</summary>
/// <remarks>The name is random and never used again. The number is its first 64 bits.</remarks>
internal sealed record OwnerName
{
    private const string Prefix = "own_";
    private const int Digits = 24;
    private const int KeyDigits = 16;

    /// <summary>In SQL: whether an owner of that name holds no lock, and so is gone. The lock that is tried is shared,
    /// so that those who look never take each other for the owner; it is kept until the transaction ends, so that an
    /// owner whose connection was cut cannot come back in between.</summary>
    public const string IsGoneSql = """
        CASE WHEN name ~ '^own_[0-9a-f]{24}$'
          THEN pg_try_advisory_xact_lock_shared(('x' || substr(name, 5, 16))::bit(64)::bigint) ELSE true END
        """;

    private OwnerName(string digits)
    {
        Value = Prefix + digits;
        LockKey = unchecked((long)ulong.Parse(digits.AsSpan(0, KeyDigits), NumberStyles.AllowHexSpecifier));
    }

    /// <summary>The name.</summary>
    public string Value { get; }

    /// <summary>The number of the advisory lock.</summary>
    public long LockKey { get; }

    /// <summary>A new name.</summary>
    public static OwnerName Draw() => new(RandomNumberGenerator.GetHexString(Digits, lowercase: true));
}
