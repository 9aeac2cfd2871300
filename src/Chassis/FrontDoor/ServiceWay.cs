using Microsoft.AspNetCore.Http;

namespace Mannam.Chassis.FrontDoor;

/// <summary>How a front door or gateway reaches a service: in the same process, or at its addresses.</summary>
public interface IServiceWay
{
    /// <summary>Whether it may be reached now.</summary>
    bool IsRunning { get; }

    /// <summary>Lets the service answer a request whose path is the service's own.</summary>
    /// <returns>False, with nothing done, if it cannot be reached.</returns>
    Task<bool> PassOnAsync(HttpContext context);

    /// <summary>For what the door itself asks the service. The host of the address does not matter.</summary>
    HttpMessageHandler Handler();
}

/// <summary>To a service of this process.</summary>
/// <param name="server">Asked for every request: null, or one that is not running, is a service that was stopped.</param>
/// <param name="forPeers">Whether requests come from peers, unless a gateway says that they come from outside.</param>
public sealed class InProcessWay(Func<InProcessServer?> server, bool forPeers = false) : IServiceWay
{
    /// <summary>The header by which a gateway says that a request came from outside: internal calls are refused to it.</summary>
    public const string FromOutside = "Mannam-From-Outside";

    public bool IsRunning => server() is { IsRunning: true };

    public Task<bool> PassOnAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (server() is not { IsRunning: true } running)
            return Task.FromResult(false);
        var fromOutside = !forPeers || context.Request.Headers.ContainsKey(FromOutside);
        return running.ProcessAsync(new HandedOn(context.Features, fromOutside));
    }

    public HttpMessageHandler Handler() => new InProcessHandler(server);
}
