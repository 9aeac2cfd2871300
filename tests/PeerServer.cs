using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Mannam.Tests;

/// <summary>A server in place of a peer. The test defines its answers.</summary>
internal sealed class PeerServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private PeerServer(WebApplication app) => this.app = app;

    /// <summary>Writes the answer to a request.</summary>
    public Func<HttpContext, Task> Answers { get; set; } = _ => Task.CompletedTask;

    /// <summary>The number of requests so far.</summary>
    public int Asked { get; private set; }

    public string Address => app.Urls.Single();

    public static async Task<PeerServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var server = new PeerServer(builder.Build());
        server.app.Run(context =>
        {
            // The start of a service calls this path to warm up its connection.
            if (context.Request.Path == "/nothing")
                return Task.CompletedTask;
            server.Asked++;
            return server.Answers(context);
        });
        await server.app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(0);
        await app.StopAsync(atOnce.Token);
        await app.DisposeAsync();
    }
}
