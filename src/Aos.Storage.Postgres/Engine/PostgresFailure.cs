using System.Net.Sockets;
using Aos.Abstractions.Storage;
using Aos.Contracts.Failures;
using Aos.Contracts.Values;
using Npgsql;

namespace Aos.Storage.Postgres.Engine;

/// <summary>Turns failures of the server and of the way to it into codes of the taxonomy.</summary>
internal static class PostgresFailure
{
    /// <summary>Whether it is one that <see cref="From(Exception, StoreAddress)"/> knows how to say.</summary>
    public static bool IsOfStore(Exception failure) =>
        failure is NpgsqlException or SocketException or IOException or TimeoutException
        // What the client throws where the connection broke between two calls.
        || (failure is InvalidOperationException and not ObjectDisposedException);

    /// <summary>The failure as the port reports it.</summary>
    public static StoreException From(Exception failure, StoreAddress store) => failure switch
    {
        PostgresException said => From(said, store),
        NpgsqlException { InnerException: TimeoutException } => Failure(ErrorCodes.StorageUnavailable,
            $"'{store.Name}' did not answer in time: {failure.Message} Look at the server and at the network.",
            failure),
        _ => Failure(ErrorCodes.StorageUnavailable,
            $"'{store.Name}' cannot be reached: {failure.Message} Look at the server and at the network.", failure),
    };

    /// <summary>The store holds something that it cannot hold.</summary>
    public static StoreException Damaged(StoreAddress store, string detail, Exception? inner = null) =>
        Failure(ErrorCodes.StorageCorrupt,
            $"'{store.Name}' is damaged: {detail}. Keep a copy of it as it is, then restore a backup.", inner);

    /// <summary>Any failure, with its code.</summary>
    public static StoreException Failure(ErrorCode code, string message, Exception? inner = null) =>
        new(code, message, inner);

    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    private static StoreException From(PostgresException said, StoreAddress store)
    {
        var what = $"'{store.Name}': {said.MessageText} (SQLSTATE {said.SqlState}).";
        return said.SqlState switch
        {
            PostgresErrorCodes.DiskFull => Failure(ErrorCodes.StorageFull,
                $"{what} There is no room left for the store. Make room and try again: nothing acknowledged is lost.",
                said),
            PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted =>
                Damaged(store, $"{said.MessageText} (SQLSTATE {said.SqlState})", said),
            PostgresErrorCodes.TooManyConnections => Unavailable(
                $"{what} Raise max_connections, or open the store from fewer processes."),
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => Unavailable(
                $"{what} Check the user and the password of the connection string, and the server's pg_hba.conf."),
            PostgresErrorCodes.InvalidCatalogName => Unavailable($"{what} Create the database first."),
            PostgresErrorCodes.InsufficientPrivilege => Unavailable(
                $"{what} The user must own the schema, or be allowed to create it in this database."),
            PostgresErrorCodes.ReadOnlySqlTransaction => Unavailable(
                $"{what} This server is a read-only copy. Name the primary; `Target Session Attributes=primary` finds "
                + "it."),
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
                or PostgresErrorCodes.CannotConnectNow => Unavailable(
                $"{what} The server is stopping or starting. Try again when it is there."),
            _ => Unavailable($"{what} Run `aos doctor`, and look at the log of the server."),
        };

        StoreException Unavailable(string message) => Failure(ErrorCodes.StorageUnavailable, message, said);
    }
}
