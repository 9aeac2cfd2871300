using Mannam.Gateway;
using Mannam.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Tests.Chassis.Gateway;

/// <summary>A host with an edge, built as by <c>up</c> and <c>gateway</c>.</summary>
internal sealed class EdgeApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    public EdgeApp(Action<WebApplicationBuilder> add)
    {
        var builder = WebApplication.CreateEmptyBuilder(new()).WithoutSignals();
        add(builder);
        _app = builder.Build();
        _app.UseMannamEdge();
        _app.MapMannam();
        Edge = _app.Services.GetRequiredService<Edge>();
    }

    public Edge Edge { get; }

    public Uri Address => Edge.Address;

    /// <summary>A gateway on a free port.</summary>
    public static async Task<EdgeApp> StartGatewayAsync(RemoteSystem system, EdgeOptions? options = null)
    {
        var app = new EdgeApp(builder => builder.AddMannamGateway((options ?? new EdgeOptions()) with { Port = 0 }, [system]));
        await app.StartAsync();
        return app;
    }

    public Task StartAsync() => _app.StartAsync(House.Token);

    public Task StopAsync(CancellationToken ct)
    {
        Edge.BeginDrain();
        return _app.StopAsync(ct);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
