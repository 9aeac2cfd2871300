using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>Somebody else decided at the same time, or the connection was lost: the decision is made again on what is there now.</summary>
public static class Failures
{
    // idle_in_transaction_session_timeout
    private const string EndedWhileIdle = "25P03";

    /// <summary>The row's version, or its absence, was outdated: somebody else changed the aggregate since it was loaded.</summary>
    public static bool IsConflict(Exception e) =>
        StateOf(e) is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    /// <summary>The row is there already.</summary>
    public static bool IsDuplicate(Exception e) => StateOf(e) is PostgresErrorCodes.UniqueViolation;

    /// <summary>Somebody else held a row for longer than this transaction would wait.</summary>
    public static bool IsLocked(Exception e) => StateOf(e) is PostgresErrorCodes.LockNotAvailable;

    private static string? StateOf(Exception e) => (e as PostgresException ?? e.InnerException as PostgresException)?.SqlState;

    /// <summary>The store could not be reached, or the connection was lost: it is not known whether a commit under way was made.</summary>
    public static bool IsStoreUnreachable(Exception e)
    {
        // Npgsql counts these as transient too, but it was the store that answered so.
        if (IsConflict(e) || IsLocked(e))
            return false;
        for (var at = e; at is not null; at = at.InnerException)
        {
            if (at is PostgresException p)
                return p.IsTransient
                    || p.SqlState == EndedWhileIdle
                    || p.SqlState.StartsWith("57P", StringComparison.Ordinal)
                    || p.SqlState.StartsWith("08", StringComparison.Ordinal);
            if (at is NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException)
                return true;
        }
        return false;
    }
}
