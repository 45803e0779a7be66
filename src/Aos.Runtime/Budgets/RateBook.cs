using System.Buffers.Binary;
using System.Globalization;
using Aos.Abstractions.Storage;
using Aos.Contracts.Agents;
using Aos.Contracts.Budgets;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Aos.Kernel.Budgets;

namespace Aos.Runtime.Budgets;

/// <summary>A slot for a call, or the first one there would be.</summary>
/// <param name="At">The moment, as precise as the journal keeps it.</param>
/// <param name="Booked">Whether it is counted.</param>
internal readonly record struct Slot(DateTimeOffset At, bool Booked);

/// <summary>Books slots for calls under rates, for all runs and processes of a store: what is counted is in the store
/// before anybody calls. Thread-safe.</summary>
/// <remarks>A slot whose call is never made stays counted: a rate is never exceeded, at the price of now and then using
/// less of it. Processes go by their own clocks, so a rate is kept as exactly as these agree.</remarks>
/// <param name="store">The store, which must be an <see cref="IRecordStore"/> too where there are rates.</param>
#pragma warning disable CA1001 // The semaphore has no handle: there is nothing to dispose of.
internal sealed class RateBook(IStore store)
#pragma warning restore CA1001
{
    private const string Kind = "rate";

    // One call after the other in this process: only other processes can come in between.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Books the first slot that keeps all rates.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="rates">The rates; at least one.</param>
    /// <param name="from">The earliest moment that is of use.</param>
    /// <param name="before">A slot at this moment or later is not booked.</param>
    /// <exception cref="StoreException">The store cannot be read or written: perhaps the slot is counted.</exception>
    public async ValueTask<Slot> BookAsync(
        string tenant, string agent, IReadOnlyList<RateLimit> rates, DateTimeOffset from, DateTimeOffset before)
    {
        if (store is not IRecordStore records)
            throw new StoreException(
                ErrorCodes.StorageUnavailable, "This store keeps no records, so that rates cannot be held to.");
        var limits = rates.GroupBy(rate => KeyOf(agent, rate), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new Limit(group.Key, group.Min(rate => rate.Calls), group.First().PerSeconds * 1_000_000L))
            .ToList();
        // Not with a token: a wait that can be called off goes on wherever the pool likes. One booking is short.
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            while (true)
                if (await TryBookAsync(records, tenant, limits, Micros(from), Micros(before))
                    .ConfigureAwait(false) is { } slot) return slot;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What is counted under each of some rates.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="agent">The agent that the rates of agents are of; null where there are none of them.</param>
    /// <param name="rates">The rates.</param>
    /// <param name="now">Now.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public async ValueTask<ValueList<RateReport>> ReportAsync(
        string tenant, string? agent, IEnumerable<RateLimit> rates, DateTimeOffset now, CancellationToken cancel)
    {
        var reports = new List<RateReport>();
        foreach (var rate in rates)
        {
            var spanUs = rate.PerSeconds * 1_000_000L;
            var record = store is IRecordStore records
                ? await records.FindRecordAsync(Kind, tenant, KeyOf(agent ?? "", rate), cancel).ConfigureAwait(false)
                : null;
            var booked = Read(record, Micros(now) - spanUs);
            reports.Add(new RateReport
            {
                Scope = rate.Scope ?? RateScope.Agent,
                Name = rate.Scope == RateScope.Tenant ? tenant : agent ?? "",
                Skill = rate.Skill,
                Calls = rate.Calls,
                PerSeconds = rate.PerSeconds,
                Used = booked.Count(at => at <= Micros(now)),
                Waiting = booked.Count(at => at > Micros(now)),
                FreeAt = Moment(RateRule.FirstSlot(booked, rate.Calls, spanUs, Micros(now))),
            });
        }
        return ValueList.From(reports);
    }

    // Null where another process came in between: what was counted of this booking is taken back.
    private static async ValueTask<Slot?> TryBookAsync(
        IRecordStore records, string tenant, List<Limit> limits, long from, long before)
    {
        var found = new List<(Limit Limit, long Version, List<long> Booked)>(limits.Count);
        foreach (var limit in limits)
        {
            var record =
                await records.FindRecordAsync(Kind, tenant, limit.Key, CancellationToken.None).ConfigureAwait(false);
            found.Add((limit, record?.Version ?? 0, Read(record, from - limit.SpanUs)));
        }
        var slot = RateRule.FirstSlot(
            [.. found.Select(one => ((IReadOnlyList<long>)one.Booked, one.Limit.Calls, one.Limit.SpanUs))], from);
        if (slot >= before) return new Slot(Moment(slot), Booked: false);
        for (var i = 0; i < found.Count; i++)
        {
            var (limit, version, booked) = found[i];
            Insert(booked, slot);
            if (await PutAsync(records, tenant, limit.Key, booked, version).ConfigureAwait(false)) continue;
            for (var j = 0; j < i; j++)
                await TakeBackAsync(records, tenant, found[j].Limit, slot).ConfigureAwait(false);
            return null;
        }
        return new Slot(Moment(slot), Booked: true);
    }

    private static async ValueTask TakeBackAsync(IRecordStore records, string tenant, Limit limit, long slot)
    {
        while (await records.FindRecordAsync(Kind, tenant, limit.Key, CancellationToken.None)
            .ConfigureAwait(false) is { } record)
        {
            var booked = Read(record, long.MinValue);
            if (!booked.Remove(slot)
                || await PutAsync(records, tenant, limit.Key, booked, record.Version).ConfigureAwait(false)) return;
        }
    }

    private static async ValueTask<bool> PutAsync(
        IRecordStore records, string tenant, string key, List<long> booked, long version) =>
        await records.PutRecordAsync(new RecordChange
        {
            Kind = Kind,
            Tenant = tenant,
            Id = key,
            Body = Write(booked),
            Expected = version,
        }, CancellationToken.None).ConfigureAwait(false) is not null;

    // Whose calls, of which skill, in which span: runs that are pinned to other numbers of calls count together.
    private static string KeyOf(string agent, RateLimit rate) => string.Create(CultureInfo.InvariantCulture,
        $"{(rate.Scope == RateScope.Tenant ? "tenant" : $"agent {agent}")} {rate.Skill?.Value ?? "*"} {rate.PerSeconds}");

    /// <summary>Counts a slot.</summary>
    public static void Insert(List<long> booked, long slot)
    {
        var at = booked.BinarySearch(slot);
        booked.Insert(at < 0 ? ~at : at, slot);
    }

    // What is over for a whole span no longer counts.
    private static List<long> Read(StoredRecord? record, long after)
    {
        var booked = new List<long>();
        if (record is null) return booked;
        var bytes = record.Body.Span;
        for (var i = 0; i + sizeof(long) <= bytes.Length; i += sizeof(long))
            if (BinaryPrimitives.ReadInt64BigEndian(bytes[i..]) is var at && at > after) booked.Add(at);
        return booked;
    }

    private static byte[] Write(List<long> booked)
    {
        var bytes = new byte[booked.Count * sizeof(long)];
        for (var i = 0; i < booked.Count; i++)
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(i * sizeof(long)), booked[i]);
        return bytes;
    }

    private static long Micros(DateTimeOffset moment) =>
        (moment.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    private static DateTimeOffset Moment(long micros) =>
        DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    private readonly record struct Limit(string Key, int Calls, long SpanUs);
}
