using Microsoft.AspNetCore.Http;

namespace Mannam.Hosting;

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
/// <param name="key">By which peers in other processes are known; null where there are none. A request that does not show it comes from outside.</param>
public sealed class InProcessUpstream(Func<InProcessServer?> server, InternalKey? key = null) : IUpstream
{
    public bool IsRunning => server() is { IsRunning: true };

    public Task<bool> ForwardAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return server() is { IsRunning: true } running
            ? running.ProcessAsync(new ForwardedRequestFeatures(context.Features, fromOutside: key?.IsShownBy(context.Request) is not true))
            : Task.FromResult(false);
    }

    public HttpMessageHandler Handler() => new InProcessHandler(server);
}
