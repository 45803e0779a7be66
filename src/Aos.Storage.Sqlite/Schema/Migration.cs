namespace Aos.Storage.Sqlite.Schema;

/// <summary>A step from one version of the schema to the next. Published ones never change.</summary>
/// <param name="Version">The version that it leads to, from 1 without gaps.</param>
/// <param name="Sql">The statements.</param>
internal sealed record Migration(int Version, string Sql)
{
    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } =
        [new(1, First), new(2, Second), new(3, Lifecycle), new(4, Ledger), new(5, Server)];

    // The decision on a request that waits in the inbox, so that a second one learns of it.
    private const string Second = "ALTER TABLE approvals ADD COLUMN decision_no INTEGER";

    // Segments are appended in the order of commits, never clustered by run: a page then holds the events of many runs
    // and each commit dirties few pages. The unique index finds a run's segments, and is the last fence against a
    // second writer. Pages stay at SQLite's 4 KiB: larger ones gain only without that index.
    // Times are microseconds since 1970 (UTC), money is nano-dollars.
    private const string First = """
        CREATE TABLE migrations (
          version INTEGER PRIMARY KEY,
          applied_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE runs (
          run_no INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          tenant TEXT NOT NULL,
          agent_id TEXT NOT NULL,
          goal TEXT,
          status TEXT NOT NULL,
          waiting_for TEXT,
          code TEXT,
          cost INTEGER NOT NULL,
          started_at INTEGER NOT NULL,
          ended_at INTEGER,
          wake_at INTEGER,
          seq INTEGER NOT NULL,
          head BLOB NOT NULL,
          owner TEXT,
          epoch INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX runs_by_status ON runs (status);

        CREATE TABLE segments (
          segment_no INTEGER PRIMARY KEY,
          run_no INTEGER NOT NULL,
          first_seq INTEGER NOT NULL,
          count INTEGER NOT NULL,
          events BLOB NOT NULL,
          hash BLOB NOT NULL,
          UNIQUE (run_no, first_seq)
        ) STRICT;

        CREATE TABLE blobs (
          blob_no INTEGER PRIMARY KEY,
          digest BLOB NOT NULL UNIQUE,
          bytes BLOB NOT NULL
        ) STRICT;

        CREATE TABLE approvals (
          approval_no INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE,
          run_no INTEGER NOT NULL,
          status TEXT NOT NULL,
          requested_at INTEGER NOT NULL,
          expires_at INTEGER NOT NULL,
          request BLOB NOT NULL
        ) STRICT;
        CREATE INDEX approvals_open ON approvals (requested_at) WHERE status = 'open';

        CREATE TABLE inbox (
          fact_no INTEGER PRIMARY KEY AUTOINCREMENT,
          run_no INTEGER NOT NULL,
          posted_at INTEGER NOT NULL,
          fact BLOB NOT NULL
        ) STRICT;
        CREATE INDEX inbox_by_run ON inbox (run_no);

        CREATE TABLE skills (
          name TEXT NOT NULL,
          version TEXT NOT NULL,
          digest BLOB NOT NULL,
          contract BLOB NOT NULL,
          PRIMARY KEY (name, version)
        ) STRICT;
        """;

    // What becomes of runs over time: how often one brought its owner down and why it is left alone; that its journal
    // is packed into one segment (then links says how the segments were, and is null otherwise); and which blobs packed
    // journals name, so that finding those that nobody names needs no journal but the others.
    private const string Lifecycle = """
        ALTER TABLE runs ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE runs ADD COLUMN reason TEXT;

        ALTER TABLE segments ADD COLUMN links BLOB;
        ALTER TABLE runs ADD COLUMN packed INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX runs_unpacked ON runs (run_no) WHERE packed = 0 AND status IN ('completed', 'failed', 'cancelled');

        CREATE TABLE blob_names (
          blob_no INTEGER NOT NULL,
          run_no INTEGER NOT NULL,
          PRIMARY KEY (blob_no, run_no)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX approvals_by_run ON approvals (run_no);
        """;

    // The accounts, and what each run holds or has spent: the sums of the second are the first, save for the spending
    // of runs that were pruned. A charge names its run, because the row of a run that is begun has its number only
    // then.
    private const string Ledger = """
        CREATE TABLE ledger (
          tenant TEXT NOT NULL,
          scope TEXT NOT NULL,
          name TEXT NOT NULL,
          period TEXT NOT NULL,
          start TEXT NOT NULL,
          held INTEGER NOT NULL,
          spent INTEGER NOT NULL,
          PRIMARY KEY (tenant, period, start, scope, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE charges (
          run_id TEXT PRIMARY KEY,
          tenant TEXT NOT NULL,
          agent_id TEXT NOT NULL,
          month TEXT NOT NULL,
          day TEXT NOT NULL,
          held INTEGER NOT NULL,
          spent INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX charges_by_month ON charges (tenant, month);
        """;

    // What a server keeps beside runs: named documents with versions, and the audit log. A tenant's runs are listed
    // along an index of their own.
    private const string Server = """
        CREATE TABLE records (
          kind TEXT NOT NULL,
          tenant TEXT NOT NULL,
          id TEXT NOT NULL,
          version INTEGER NOT NULL,
          body BLOB NOT NULL,
          PRIMARY KEY (kind, tenant, id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE audit (
          entry_no INTEGER PRIMARY KEY,
          tenant TEXT NOT NULL,
          entry BLOB NOT NULL,
          hash BLOB NOT NULL
        ) STRICT;
        CREATE INDEX audit_by_tenant ON audit (tenant);
        CREATE INDEX runs_by_tenant ON runs (tenant);
        """;
}
