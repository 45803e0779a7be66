namespace Aos.Storage.Postgres.Schema;

/// <summary>A step from one version of the schema to the next. Published ones never change.</summary>
/// <param name="Version">The version that it leads to, from 1 without gaps.</param>
/// <param name="Sql">The statements.</param>
internal sealed record Migration(int Version, string Sql)
{
    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = [new(1, First)];

    // No foreign keys: each would lock the row of a run with every append. The primary key of segments is the last
    // fence against a second writer. Identities and words compare by bytes (collation "C"), whatever the database's
    // language. Times are microseconds since 1970 (UTC), money is nano-dollars, as in the embedded store.
    private const string First = """
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
          epoch int NOT NULL
        );
        CREATE INDEX runs_by_status ON runs (status, run_no);

        CREATE TABLE segments (
          run_no bigint NOT NULL,
          first_seq bigint NOT NULL,
          count int NOT NULL,
          events bytea NOT NULL,
          hash bytea NOT NULL,
          PRIMARY KEY (run_no, first_seq)
        );

        CREATE TABLE blobs (
          digest bytea PRIMARY KEY,
          bytes bytea NOT NULL
        );

        CREATE TABLE approvals (
          approval_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          id text COLLATE "C" NOT NULL UNIQUE,
          run_no bigint NOT NULL,
          status text COLLATE "C" NOT NULL,
          requested_at bigint NOT NULL,
          expires_at bigint NOT NULL,
          request bytea NOT NULL
        );
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

        -- Called at the head of every append, in its transaction: raises where this is not the session that holds the
        -- lock of the owner, or where one of the runs is no longer the owner's in that epoch.
        CREATE FUNCTION require_ownership(me text, session int, run_nos bigint[], epochs int[]) RETURNS void
        LANGUAGE plpgsql AS $$
        BEGIN
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
}
