using System.Net.Sockets;
using Polly;

namespace Mannam.Messaging;

/// <summary>A call with an unknown outcome: it must be repeated.</summary>
internal sealed class OutcomeUnknownException(string why) : Exception(why);

/// <summary>An external reason why work cannot be done now. The work is retried without limit.</summary>
/// <param name="Source">Who refuses: <c>store</c> or <c>peer</c>; <c>action</c> if a scheduled message itself fails.</param>
/// <param name="Code">SQLSTATE, <c>http 503</c>, or a word such as <c>timeout</c>.</param>
public sealed record ExternalFailure(string Source, string Code)
{
    /// <summary>This service's own store.</summary>
    public const string Store = "store";

    /// <summary>A service that was called.</summary>
    public const string Peer = "peer";

    /// <summary>The code of a lost or failed connection.</summary>
    public const string ConnectionLost = "connection";

    /// <summary>A text for people, without personal data.</summary>
    public string Description => Source != Peer && StoreFailures.WordsOf(Code) is { } words ? $"{Code}, {words}" : Code;

    /// <summary>The text for one column.</summary>
    public string ColumnText => $"{Source} {Code}";

    /// <summary>The external failure behind an exception; null if the work itself failed.</summary>
    /// <param name="e">The exception.</param>
    /// <param name="asked">Whether a peer may have been called. Then a connection lost without a further cause is the peer's.</param>
    public static ExternalFailure? Of(Exception e, bool asked)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case HttpRequestException http:
                    return OfPeer(http);
                case OutcomeUnknownException:
                    return new(Peer, "unknown");
                case ExecutionRejectedException:
                    return new(Peer, "circuit open");
                case OperationCanceledException or TimeoutException when asked:
                    return new(Peer, "timeout");
                case SocketException or IOException when asked:
                    return new(Peer, ConnectionLost);
                case System.Data.Common.DbException or SocketException or IOException or TimeoutException or NullReferenceException:
                    return OfStore(cause);
                default:
                    break;
            }
        }
        return null;
    }

    private static ExternalFailure? OfStore(Exception e) =>
        StoreFailures.IsExternal(e) ? new(Store, StoreFailures.CodeOf(e) ?? (IsLate(e) ? "timeout" : ConnectionLost)) : null;

    private static bool IsLate(Exception e) => (e.InnerException ?? e) is TimeoutException;

    // Other status codes concern the request itself, so they are the caller's.
    private static ExternalFailure? OfPeer(HttpRequestException e) =>
        (int?)e.StatusCode switch
        {
            null => new(Peer, ConnectionLost),
            408 or 425 or 429 or >= 500 => new(Peer, $"http {(int)e.StatusCode!}"),
            _ => null,
        };
}
