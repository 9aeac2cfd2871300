using System.Net;
using System.Net.Sockets;
using Polly.CircuitBreaker;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>The ways in which a call to a peer fails.</summary>
internal static class Refusals
{
    public static readonly string[] All =
    [
        "connect",
        "http 408",
        "http 425",
        "http 429",
        "http 500",
        "http 503",
        "time",
        "cancelled",
        "open",
        "io",
        "inside",
    ];

    public static Exception Of(string how) =>
        how switch
        {
            "connect" => new HttpRequestException("no route", new SocketException((int)SocketError.ConnectionRefused)),
            "time" => new TimeoutException(),
            "cancelled" => new TaskCanceledException(),
            "open" => new BrokenCircuitException(),
            "io" => new IOException("reset"),
            "inside" => new InvalidOperationException("something", new SocketException((int)SocketError.ConnectionReset)),
            _ => new HttpRequestException(how, null, Enum.Parse<HttpStatusCode>(how[5..])),
        };
}
