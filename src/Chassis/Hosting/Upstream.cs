using Microsoft.AspNetCore.Http;

namespace Mannam.Hosting;

/// <summary>How an edge reaches a service: in the same process, or at its addresses.</summary>
public interface IUpstream
{
    /// <summary>Whether the service can be reached now.</summary>
    bool IsRunning { get; }

    /// <summary>Forwards a request to the service. The request's path is the service's own.</summary>
    /// <returns>False, with nothing done, if the service cannot be reached.</returns>
    Task<bool> ForwardAsync(HttpContext context);

    /// <summary>The handler for the edge's own calls to the service. The host of the address does not matter.</summary>
    HttpMessageHandler Handler();
}

/// <summary>The upstream of a service in this process.</summary>
/// <param name="server">Called for every request. Null, or a server that is not running, means that the service is stopped.</param>
/// <param name="key">The key of peers in other processes; null if there are none. A request without it comes from outside.</param>
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
