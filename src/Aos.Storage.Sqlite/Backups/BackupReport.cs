namespace Aos.Storage.Sqlite.Backups;

/// <summary>A backup that was written and read again.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Runs">How many runs it holds.</param>
/// <param name="OpenRuns">How many of them had not ended.</param>
public sealed record BackupReport(string Path, long Bytes, int Runs, int OpenRuns);

/// <summary>What a restore did.</summary>
/// <param name="Path">The database that is in place now.</param>
/// <param name="Replaced">Where the one before was moved to; null where there was none.</param>
/// <param name="Runs">How many runs there are.</param>
/// <param name="HeldRuns">How many of them were open, and are held.</param>
/// <param name="VoidApprovals">How many open approval requests became void.</param>
public sealed record RestoreReport(string Path, string? Replaced, int Runs, int HeldRuns, int VoidApprovals);
