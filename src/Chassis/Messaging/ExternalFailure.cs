using System.Net.Sockets;
using Polly;

namespace Mannam.Messaging;

/// <summary>A call whose outcome is not known: it has to be made again.</summary>
internal sealed class OutcomeUnknownException(string why) : Exception(why);

/// <summary>Why something cannot be done now, for reasons outside of it: it is tried again without end.</summary>
/// <param name="Source">Who refuses: <c>store</c> or <c>peer</c>; <c>action</c>, where a scheduled message fails by itself.</param>
/// <param name="Code">SQLSTATE, <c>http 503</c>, or a word such as <c>timeout</c>.</param>
public sealed record ExternalFailure(string Source, string Code)
{
    /// <summary>This service's own store.</summary>
    public const string Store = "store";

    /// <summary>A service that was asked.</summary>
    public const string Peer = "peer";

    /// <summary>The code of a connection that was lost, or could not be made.</summary>
    public const string ConnectionLost = "connection";

    /// <summary>For people, without anybody's data.</summary>
    public string Description => Source != Peer && StoreFailures.WordsOf(Code) is { } words ? $"{Code}, {words}" : Code;

    /// <summary>As it stands in one column.</summary>
    public string ColumnText => $"{Source} {Code}";

    /// <summary>What refuses behind a failure; null where the failure is what was done itself.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="asked">Whether a peer may have been asked: then a lost connection without a name is the peer's.</param>
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

    // What the peer says of the request itself is for whoever asked; the rest passes.
    private static ExternalFailure? OfPeer(HttpRequestException e) =>
        (int?)e.StatusCode switch
        {
            null => new(Peer, ConnectionLost),
            408 or 425 or 429 or >= 500 => new(Peer, $"http {(int)e.StatusCode!}"),
            _ => null,
        };
}
