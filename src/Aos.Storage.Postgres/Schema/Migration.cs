namespace Aos.Storage.Postgres.Schema;

/// <summary>A step from one version of the schema to the next. Published ones never change.</summary>
/// <param name="Version">The version that it leads to, from 1 without gaps.</param>
/// <param name="Sql">The statements.</param>
internal sealed record Migration(int Version, string Sql)
{
    /// <summary>With the hash of the schema's name: the lock between appends, who share it, and a sweep of blobs, which
    /// has it alone. 0x414F5332, "AOS2".</summary>
    public const string SweepLockClass = "1095717682";

    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } =
        [new(1, First), new(2, Ledger), new(3, Server)];

    // No foreign keys: each would lock the row of a run with every append. The primary key of segments is the last
    // fence against a second writer. Identities and words compare by bytes (collation "C"), whatever the database's
    // language. Times are microseconds since 1970 (UTC), money is nano-dollars, as in the embedded store.
    // A packed journal is one segment, and then links says how the segments were. The index of the others is what a
    // sweep reads: their names of blobs stand in their events only, those of packed ones in blob_names. The number of a
    // segment says whether it was appended after the sweep began.
    private const string First = $$"""
        CREATE TABLE aos_migrations (
          version int PRIMARY KEY,
          applied_at bigint NOT NULL
        );

        CREATE TABLE runs (
          run_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          id text COLLATE "C" NOT NULL UNIQUE,
          tenant text NOT NULL,
          agent_id text NOT NULL,
          goal text,
          status text COLLATE "C" NOT NULL,
          waiting_for text,
          code text,
          cost bigint NOT NULL,
          started_at bigint NOT NULL,
          ended_at bigint,
          wake_at bigint,
          seq bigint NOT NULL,
          head bytea NOT NULL,
          owner text COLLATE "C",
          epoch int NOT NULL,
          crashes int NOT NULL,
          reason text,
          packed smallint NOT NULL DEFAULT 0
        );
        CREATE INDEX runs_by_status ON runs (status, run_no);
        CREATE INDEX runs_unpacked ON runs (run_no)
          WHERE packed = 0 AND status IN ('completed', 'failed', 'cancelled');

        CREATE TABLE segments (
          run_no bigint NOT NULL,
          first_seq bigint NOT NULL,
          count int NOT NULL,
          events bytea NOT NULL,
          hash bytea NOT NULL,
          links bytea,
          segment_no bigint GENERATED ALWAYS AS IDENTITY,
          PRIMARY KEY (run_no, first_seq)
        );
        CREATE INDEX segments_unpacked ON segments (segment_no) WHERE links IS NULL;

        CREATE TABLE blobs (
          digest bytea PRIMARY KEY,
          bytes bytea NOT NULL
        );

        CREATE TABLE blob_names (
          run_no bigint NOT NULL,
          digest bytea NOT NULL,
          PRIMARY KEY (run_no, digest)
        );
        CREATE INDEX blob_names_by_digest ON blob_names (digest);

        CREATE TABLE approvals (
          approval_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          id text COLLATE "C" NOT NULL UNIQUE,
          run_no bigint NOT NULL,
          status text COLLATE "C" NOT NULL,
          requested_at bigint NOT NULL,
          expires_at bigint NOT NULL,
          request bytea NOT NULL,
          decision_no bigint
        );
        CREATE INDEX approvals_by_run ON approvals (run_no);
        CREATE INDEX approvals_open ON approvals (requested_at) WHERE status = 'open';

        CREATE TABLE inbox (
          fact_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          run_no bigint NOT NULL,
          posted_at bigint NOT NULL,
          fact bytea NOT NULL
        );
        CREATE INDEX inbox_by_run ON inbox (run_no);

        CREATE TABLE skills (
          name text COLLATE "C" NOT NULL,
          version text COLLATE "C" NOT NULL,
          digest bytea NOT NULL,
          contract bytea NOT NULL,
          PRIMARY KEY (name, version)
        );

        -- Called at the head of every append, in its transaction: keeps a sweep of blobs out until its end, and raises
        -- where this is not the session that holds the lock of the owner, or where one of the runs is no longer the
        -- owner's in that epoch.
        CREATE FUNCTION require_ownership(me text, session int, run_nos bigint[], epochs int[]) RETURNS void
        LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_advisory_xact_lock_shared({{SweepLockClass}}, hashtext(current_schema()));
          IF pg_backend_pid() <> session THEN
            RAISE EXCEPTION 'another session of the server answers than the one that holds the lock of this process'
              USING ERRCODE = 'AOS01';
          END IF;
          IF cardinality(run_nos) <> (
            SELECT count(*) FROM unnest(run_nos, epochs) AS held (run_no, epoch)
            JOIN runs ON runs.run_no = held.run_no AND runs.owner = me AND runs.epoch = held.epoch)
          THEN
            RAISE EXCEPTION 'a run is not of this process any more' USING ERRCODE = 'AOS02';
          END IF;
        END $$;
        """;

    // As in the embedded store: the accounts, and what each run holds or has spent. The accounts of a change are locked
    // in one order everywhere, and as late in the transaction as can be: all admissions of a tenant meet at its
    // accounts.
    private const string Ledger = """
        CREATE TABLE ledger (
          tenant text COLLATE "C" NOT NULL,
          period text COLLATE "C" NOT NULL,
          start text COLLATE "C" NOT NULL,
          scope text COLLATE "C" NOT NULL,
          name text COLLATE "C" NOT NULL,
          held bigint NOT NULL,
          spent bigint NOT NULL,
          PRIMARY KEY (tenant, period, start, scope, name)
        );

        CREATE TABLE charges (
          run_id text COLLATE "C" PRIMARY KEY,
          tenant text COLLATE "C" NOT NULL,
          agent_id text COLLATE "C" NOT NULL,
          month text COLLATE "C" NOT NULL,
          day text COLLATE "C" NOT NULL,
          held bigint NOT NULL,
          spent bigint NOT NULL
        );
        CREATE INDEX charges_by_month ON charges (tenant, month);

        -- Changes accounts, one line each; lines of one change follow each other. Raises where changes would break a limit,
        -- and names them by their numbers: nothing is changed then.
        CREATE FUNCTION change_ledger(changes int[], tenants text[], periods text[], starts text[], scopes text[],
          names text[], helds bigint[], spents bigint[], limits bigint[]) RETURNS SETOF int
        LANGUAGE plpgsql AS $$
        DECLARE
          refused int[] := '{}';
          first int := 1;
          after int;
          fits boolean;
        BEGIN
          INSERT INTO ledger SELECT DISTINCT l.*, 0::bigint, 0::bigint
            FROM unnest(tenants, periods, starts, scopes, names) AS l (tenant, period, start, scope, name)
            ORDER BY 1, 2, 3, 4, 5 ON CONFLICT DO NOTHING;
          PERFORM FROM ledger WHERE (tenant, period, start, scope, name) IN (
              SELECT * FROM unnest(tenants, periods, starts, scopes, names))
            ORDER BY tenant, period, start, scope, name FOR UPDATE;
          WHILE first <= cardinality(changes) LOOP
            fits := true;
            after := first;
            WHILE after <= cardinality(changes) AND changes[after] = changes[first] LOOP
              IF limits[after] IS NOT NULL AND EXISTS (SELECT FROM ledger WHERE tenant = tenants[after]
                AND period = periods[after] AND start = starts[after] AND scope = scopes[after] AND name = names[after]
                AND held::numeric + spent + helds[after] > limits[after])
              THEN fits := false; END IF;
              after := after + 1;
            END LOOP;
            IF fits THEN
              FOR line IN first .. after - 1 LOOP
                UPDATE ledger SET held = held + helds[line], spent = spent + spents[line]
                  WHERE tenant = tenants[line] AND period = periods[line] AND start = starts[line]
                    AND scope = scopes[line] AND name = names[line];
              END LOOP;
            ELSE
              refused := refused || changes[first];
            END IF;
            first := after;
          END LOOP;
          IF cardinality(refused) > 0 THEN
            RAISE EXCEPTION '%', array_to_string(refused, ',') USING ERRCODE = 'AOS03';
          END IF;
        END $$;
        """;

    // What a server keeps beside runs: named documents with versions, and the audit log. A tenant's runs are listed
    // along an index of their own.
    private const string Server = """
        CREATE TABLE records (
          kind text COLLATE "C" NOT NULL,
          tenant text COLLATE "C" NOT NULL,
          id text COLLATE "C" NOT NULL,
          version bigint NOT NULL,
          body bytea NOT NULL,
          PRIMARY KEY (kind, tenant, id)
        );

        CREATE TABLE audit (
          entry_no bigint PRIMARY KEY,
          tenant text COLLATE "C" NOT NULL,
          entry bytea NOT NULL,
          hash bytea NOT NULL
        );
        CREATE INDEX audit_by_tenant ON audit (tenant, entry_no);
        CREATE INDEX runs_by_tenant ON runs (tenant, run_no);
        """;
}
