using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Aos.Abstractions.Storage;
using Aos.Contracts;
using Aos.Contracts.Api;
using Aos.Contracts.Values;

namespace Aos.Runtime.Access;

/// <summary>The API keys of a store. Thread-safe.</summary>
/// <remarks>What is stored is a hash: a key is shown when it is made and never again. Keys are looked up anew with each
/// request, so one that is revoked ceases to work at once, in every process of the store.</remarks>
public sealed class ApiKeys(IRecordStore store, TimeProvider time)
{
    private const string Kind = "api_key";
    private const int PageMax = 1_000;
    private const int NameCharactersMax = 100;

    // A key names its owner, not the other way round.
    private const string AllTenants = "";

    /// <summary>What is wrong with a key that somebody wants; null where nothing is.</summary>
    public static string? Refuse(ApiKeySubmission wanted)
    {
        if (wanted.Name.Length is 0 or > NameCharactersMax)
            return $"The name of a key has 1 to {NameCharactersMax} characters.";
        if (wanted.Roles.Count == 0) return $"A key needs a role: {string.Join(", ", Rights.Roles)}.";
        if (wanted.Roles.FirstOrDefault(role => !Rights.IsName(role)) is { } role)
            return $"'{role}' is no role: lower-case letters, digits, '_' and '-', at most 64.";
        return wanted.Scopes.FirstOrDefault(scope => !Rights.All.Contains(scope, StringComparer.Ordinal)) is { } unknown
            ? $"There is no right '{unknown}'; there are {string.Join(", ", Rights.All)}."
            : null;
    }

    /// <summary>Whether the store has a key, of any tenant, working or not.</summary>
    public async ValueTask<bool> AnyAsync(CancellationToken cancel) =>
        (await store.ListRecordsAsync(Kind, AllTenants, null, 1, cancel).ConfigureAwait(false)).Count > 0;

    /// <summary>Makes a key.</summary>
    /// <exception cref="ArgumentException"><see cref="Refuse"/> says why.</exception>
    public async ValueTask<NewApiKey> CreateAsync(
        ApiKeySubmission wanted, string tenant, string by, CancellationToken cancel)
    {
        if (Refuse(wanted) is { } mistake) throw new ArgumentException(mistake, nameof(wanted));
        return await CreateAsync(
            wanted, wanted.ExpiresInDays is { } days ? TimeSpan.FromDays(days) : null, tenant, by, cancel)
                .ConfigureAwait(false);
    }

    private async ValueTask<NewApiKey> CreateAsync(
        ApiKeySubmission wanted, TimeSpan? lifetime, string tenant, string by, CancellationToken cancel)
    {
        var now = Now;
        var (id, key) = ApiKeyText.Draw();
        var info = new ApiKeyInfo
        {
            KeyId = id,
            Name = wanted.Name,
            Tenant = tenant,
            Roles = wanted.Roles,
            Scopes = wanted.Scopes,
            CreatedAt = now,
            CreatedBy = by,
            ExpiresAt = now + lifetime,
        };
        await WriteAsync(info, ApiKeyText.Hash(key), expected: 0, cancel).ConfigureAwait(false);
        return new NewApiKey { Key = key, Info = info };
    }

    /// <summary>Whose key a text is; null where it is none that works.</summary>
    public async ValueTask<ApiKeyInfo?> FindAsync(string key, CancellationToken cancel)
    {
        if (!ApiKeyText.TryReadId(key, out var id)
            || await store.FindRecordAsync(Kind, AllTenants, id, cancel).ConfigureAwait(false) is not { } record)
            return null;
        var (info, hash) = Read(record.Body);
        return CryptographicOperations.FixedTimeEquals(hash, ApiKeyText.Hash(key)) && WorksAt(info, Now) ? info : null;
    }

    /// <summary>A key by its id, working or not; null where the tenant has none of that id.</summary>
    public async ValueTask<ApiKeyInfo?> FindByIdAsync(string tenant, string id, CancellationToken cancel) =>
        await store.FindRecordAsync(Kind, AllTenants, id, cancel).ConfigureAwait(false) is { } record
            && Read(record.Body).Info is var info && info.Tenant == tenant ? info : null;

    /// <summary>The keys of a tenant, by id, those that no longer work too.</summary>
    public async ValueTask<IReadOnlyList<ApiKeyInfo>> ListAsync(string tenant, CancellationToken cancel)
    {
        var keys = new List<ApiKeyInfo>();
        for (string? after = null; ;)
        {
            var page = await store.ListRecordsAsync(Kind, AllTenants, after, PageMax, cancel).ConfigureAwait(false);
            keys.AddRange(page.Select(record => Read(record.Body).Info).Where(info => info.Tenant == tenant));
            if (page.Count < PageMax) return keys;
            after = page[^1].Id;
        }
    }

    /// <summary>Ends a key. One that was ended before stays as it is.</summary>
    /// <returns>The key; null where the tenant has none of that id.</returns>
    public ValueTask<ApiKeyInfo?> RevokeAsync(string tenant, string id, CancellationToken cancel) =>
        ChangeAsync(tenant, id, info => info with { RevokedAt = info.RevokedAt ?? Now }, cancel);

    /// <summary>Makes a key in the place of another, with the same roles and scopes, for as long as that was made for;
    /// the other one ends.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The key that is replaced.</param>
    /// <param name="overlap">For how long the other one goes on to work.</param>
    /// <param name="by">Who does it.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The new key; null where the tenant has none of that id that works.</returns>
    public async ValueTask<NewApiKey?> RotateAsync(
        string tenant, string id, TimeSpan overlap, string by, CancellationToken cancel)
    {
        var ends = Now + overlap;
        TimeSpan? lifetime = null;
        var old = await ChangeAsync(tenant, id, info =>
        {
            if (!WorksAt(info, Now)) return null;
            lifetime = info.ExpiresAt - info.CreatedAt;
            return info with { ExpiresAt = info.ExpiresAt < ends ? info.ExpiresAt : ends };
        }, cancel).ConfigureAwait(false);
        if (old is null) return null;
        var wanted = new ApiKeySubmission { Name = old.Name, Roles = old.Roles, Scopes = old.Scopes };
        return await CreateAsync(wanted, lifetime, tenant, by, cancel).ConfigureAwait(false);
    }

    private DateTimeOffset Now
    {
        get
        {
            var now = time.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        }
    }

    private static bool WorksAt(ApiKeyInfo info, DateTimeOffset now) =>
        info.RevokedAt is null && !(info.ExpiresAt <= now);

    private async ValueTask<ApiKeyInfo?> ChangeAsync(
        string tenant, string id, Func<ApiKeyInfo, ApiKeyInfo?> change, CancellationToken cancel)
    {
        while (await store.FindRecordAsync(Kind, AllTenants, id, cancel).ConfigureAwait(false) is { } record)
        {
            var (info, hash) = Read(record.Body);
            if (info.Tenant != tenant || change(info) is not { } changed) return null;
            if (await WriteAsync(changed, hash, record.Version, cancel).ConfigureAwait(false)) return changed;
        }
        return null;
    }

    private async ValueTask<bool> WriteAsync(ApiKeyInfo info, byte[] hash, long expected, CancellationToken cancel)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteString("hash", Convert.ToHexStringLower(hash));
            writer.WritePropertyName("info");
            writer.WriteRawValue(AosJson.Write(info));
            writer.WriteEndObject();
        }
        return await store.PutRecordAsync(new RecordChange
        {
            Kind = Kind,
            Tenant = AllTenants,
            Id = info.KeyId,
            Body = body.WrittenMemory,
            Expected = expected,
        }, cancel).ConfigureAwait(false) is not null;
    }

    private static (ApiKeyInfo Info, byte[] Hash) Read(ReadOnlyMemory<byte> body)
    {
        var element = Payload.FromUtf8(body).Element;
        return (AosJson.Read<ApiKeyInfo>(element.GetProperty("info")),
            Convert.FromHexString(element.GetProperty("hash").GetString()!));
    }
}
