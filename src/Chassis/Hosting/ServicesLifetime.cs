using Microsoft.Extensions.Hosting;

namespace Mannam.Hosting;

/// <summary>Starts all services in parallel, and stops them. The host starts its web server last and stops it first. Transports that services need start in
/// <see cref="IHostedLifecycleService.StartingAsync"/>.</summary>
internal sealed class ServicesLifetime : IHostedLifecycleService
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);
    private readonly MannamServices _services;

    public ServicesLifetime(MannamServices services, IServiceProvider host)
    {
        _services = services;
        services.Bind(host);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _services.Prepare();
            await Task.WhenAll(_services.Local.Select(s => s.StartAsync(cancellationToken)));
            await Task.WhenAll(_services.Local.Select(s => s.Running!.WarmUpCallsAsync()));
        }
        catch
        {
            // A host whose start fails is not stopped, so the services are stopped here.
            await StopAllAsync();
            throw;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => StopAllAsync();

    private Task StopAllAsync() => Task.WhenAll(_services.Local.Select(s => s.StopAsync(Grace)));

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
