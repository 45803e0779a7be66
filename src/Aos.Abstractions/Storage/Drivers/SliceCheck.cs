namespace Aos.Abstractions.Storage.Drivers;

/// <summary>Slices that no caller may hand over. Checked before anything is written, because the journal is for
/// ever.</summary>
internal static class SliceCheck
{
    private const int HashBytes = 32;

    /// <summary>Throws where a slice breaks a rule of the port.</summary>
    /// <exception cref="ArgumentException">It does.</exception>
    public static void Require(JournalSlice slice)
    {
        if (Fault(slice) is { } fault)
            throw new ArgumentException($"A slice of {slice.RunId}: {fault}.", nameof(slice));
    }

    private static string? Fault(JournalSlice slice)
    {
        if (slice.RunId.Value is null) return "it names no run";
        if (slice.AfterSeq < 0 || slice.Count < 0) return "a sequence number or a count is negative";
        if (slice.AfterSeq == 0 && (slice.Row is null || slice.Count == 0)) return "a new run needs events and a row";
        if (slice.Count > 0 && slice.Hash.Length != HashBytes) return "its hash is not 32 bytes";
        var lines = slice.Events.IsEmpty ? 0 : slice.Events.Span.Count((byte)'\n') + 1;
        if (lines != slice.Count) return $"it counts {slice.Count} events in {lines} lines";
        if (slice.Row is { } row && row.RunId != slice.RunId) return $"its row is of {row.RunId}";
        foreach (var approval in slice.Approvals)
            if (approval.RunId != slice.RunId) return $"its approval {approval.Id} is of {approval.RunId}";
        foreach (var record in slice.Records)
            if (record.Body is null || record.Expected is not null)
                return $"its document {record.Kind} {record.Id} is not one to be written";
        return slice.Ledger is { } ledger ? Fault(ledger) : null;
    }

    private static string? Fault(LedgerChange ledger)
    {
        if (ledger.Spent < Contracts.Values.Money.Zero) return "its ledger takes back what was spent";
        return DateOnly.TryParseExact(ledger.Day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.None, out _)
                ? null : $"its ledger counts in '{ledger.Day}', which is no day";
    }
}
