using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>What a failure of the store means, for requests, events and due things alike. <see cref="SqlStates"/> decides on what PostgreSQL says.</summary>
public static class StoreFailures
{
    /// <summary>Whose fault a failure is. Looks at the causes too: Entity Framework wraps what the store says.</summary>
    public static StoreFault Of(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is PostgresException p)
                // After a FATAL error the store closes the connection, whatever the state.
                return p.InvariantSeverity is "FATAL" or "PANIC" ? StoreFault.Unreachable : SqlStates.FaultOf(p.SqlState);
            if (IsOfTheDriver(cause) || cause is IOException or SocketException or TimeoutException)
                return StoreFault.Unreachable;
        }
        return StoreFault.None;
    }

    /// <summary>Somebody else changed the same at the same time: the decision is made again on what is there now.</summary>
    public static bool IsConflict(Exception e) => Of(e) is StoreFault.Conflict;

    /// <summary>The row is there already.</summary>
    public static bool IsDuplicate(Exception e) => SqlStateOf(e) is PostgresErrorCodes.UniqueViolation;

    /// <summary>Somebody else held a row for longer than this transaction would wait.</summary>
    public static bool IsLocked(Exception e) => SqlStateOf(e) is PostgresErrorCodes.LockNotAvailable;

    /// <summary>Others hold what it needs, a row or a place: nothing is committed, and it may be tried again soon.</summary>
    public static bool IsBlocked(Exception e) => e is BusyException || IsLocked(e);

    /// <summary>The store, or a free connection to it, did not answer in time: whoever asks again at once waits as long again.</summary>
    public static bool IsTimeout(Exception e) =>
        e
            is NpgsqlException { InnerException: TimeoutException }
                or { InnerException: NpgsqlException { InnerException: TimeoutException } };

    /// <summary>The session does not have what was prepared in it, or not as it was: on another connection the same works.</summary>
    internal static bool IsStatementLost(Exception e) =>
        (e as PostgresException ?? e.InnerException as PostgresException) is { } said
        && (
            said.SqlState == PostgresErrorCodes.InvalidSqlStatementName
            || said.SqlState == PostgresErrorCodes.FeatureNotSupported && said.MessageText.Contains("cached plan", StringComparison.Ordinal)
        );

    /// <summary>The store could not be reached, or the connection was lost: it is not known whether a commit under way was made.</summary>
    public static bool IsStoreUnreachable(Exception e) => Of(e) is StoreFault.Unreachable;

    /// <summary>The store does not do it for reasons that have nothing to do with what was asked, so it may do the same later.</summary>
    public static bool IsExternal(Exception e) =>
        e is BusyException
        || Of(e) switch
        {
            StoreFault.Refused or StoreFault.Unreachable => true,
            // Decided again and again, and somebody else was always faster. A row that is always there already is a fault of ours.
            StoreFault.Conflict => SqlStateOf(e)!.StartsWith("40", StringComparison.Ordinal),
            _ => false,
        };

    /// <summary>What PostgreSQL said, as SQLSTATE; null where it said nothing.</summary>
    public static string? SqlStateOf(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is PostgresException p)
                return p.SqlState;
        }
        return null;
    }

    /// <summary>What can be shown to everybody: the words of an exception may hold people's data, addresses or names.</summary>
    public static string PublicText(Exception e) =>
        SqlStateOf(e) is { } state ? $"{state}, {SqlStates.WordsOf(state)}"
        : IsStoreUnreachable(e) ? "no connection"
        : e.GetType().Name;

    // Also its stumble over a connection that has died under it (npgsql/npgsql#2912, #6264).
    private static bool IsOfTheDriver(Exception e) =>
        e is NpgsqlException or DbException { IsTransient: true } or NullReferenceException { Source: "Npgsql" };
}
