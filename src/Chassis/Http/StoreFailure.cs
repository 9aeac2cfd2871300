using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace Mannam.Chassis.Http;

/// <summary>Tells a store that cannot be reached or is overloaded (503, ask again) from a fault of ours (500).</summary>
public static class StoreFailure
{
    /// <summary>True when <paramref name="fault"/> or a cause of it says that the store is unreachable, overloaded or timed out.</summary>
    public static bool Is(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException refused:
                    return IsUnavailable(refused.SqlState) || refused.IsTransient;
                // Everything the driver itself reports: no connection, a broken one, an exhausted pool, a command that timed out.
                case NpgsqlException or TimeoutException or SocketException:
                case DbException { IsTransient: true }:
                // The driver's own stumble over a connection that has died under it (npgsql/npgsql#2912, #6264).
                case NullReferenceException { Source: "Npgsql" }:
                    return true;
                default:
                    break;
            }
        }
        return false;
    }

    // Classes of PostgreSQL's appendix A: 08 connection, 53 resources (53300 too many connections), 57P shutdown and start-up,
    // 57014 cancelled by a timeout, 58 I/O, 28 and 3D a server that does not know us (yet).
    private static bool IsUnavailable(string state) =>
        state == "57014"
        || state.StartsWith("57P", StringComparison.Ordinal)
        || state.AsSpan(0, Math.Min(2, state.Length)) is "08" or "28" or "3D" or "53" or "58";
}
