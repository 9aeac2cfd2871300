using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Mannam.Chassis.FrontDoor;

/// <summary>How a front door or gateway reaches a service: in the same process, or at its addresses.</summary>
public interface IUpstream
{
    /// <summary>Whether it may be reached now.</summary>
    bool IsRunning { get; }

    /// <summary>Lets the service answer a request whose path is the service's own.</summary>
    /// <returns>False, with nothing done, if it cannot be reached.</returns>
    Task<bool> ForwardAsync(HttpContext context);

    /// <summary>For what the door itself asks the service. The host of the address does not matter.</summary>
    HttpMessageHandler Handler();
}

/// <summary>To a service of this process.</summary>
/// <param name="server">Asked for every request: null, or one that is not running, is a service that was stopped.</param>
/// <param name="key">By which peers in other processes are known; null where there are none. A request without it comes from outside.</param>
public sealed class InProcessUpstream(Func<InProcessServer?> server, string? key = null) : IUpstream
{
    /// <summary>The header in which a peer shows the installation's key. Internal calls are refused without it.</summary>
    public const string InternalKeyHeader = "Mannam-Internal-Key";

    private readonly byte[]? key = key is null ? null : Encoding.UTF8.GetBytes(key);

    public bool IsRunning => server() is { IsRunning: true };

    public Task<bool> ForwardAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return server() is { IsRunning: true } running
            ? running.ProcessAsync(new ForwardedRequestFeatures(context.Features, fromOutside: !IsOfPeer(context.Request)))
            : Task.FromResult(false);
    }

    private bool IsOfPeer(HttpRequest request) =>
        key is not null
        && request.Headers[InternalKeyHeader] is [{ } shown]
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), key);

    public HttpMessageHandler Handler() => new InProcessHandler(server);
}
