namespace Mannam.Hosting;

/// <summary>A declared service in this process. It may be stopped and started again while the process runs.</summary>
/// <remarks>All members may be called from any thread.</remarks>
#pragma warning disable CA1001 // a semaphore whose wait handle nobody takes holds nothing
public sealed class RestartableService
#pragma warning restore CA1001
{
    private readonly Func<ServiceEnvironment> _environment;
    private readonly SemaphoreSlim _turn = new(1);
    private ServiceHost? _prepared;
    private volatile ServiceHost? _running;

    internal RestartableService(ServiceDeclaration declaration, Func<ServiceEnvironment> environment) =>
        (Declaration, _environment) = (declaration, environment);

    public ServiceDeclaration Declaration { get; }

    /// <summary>The service that runs; null while it is stopped.</summary>
    public ServiceHost? Running => _running;

    /// <summary>What other services of the process call it by; null while it is stopped.</summary>
    internal InProcessServer? Server => _running?.Server;

    /// <summary>Makes the service for its next start: neither its database nor another service is asked for anything.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong or missing.</exception>
    public void Prepare() => _prepared ??= new ServiceHost(Declaration, _environment());

    /// <summary>Starts it. Nothing happens when it runs.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong or missing.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            if (_running is not null)
                return;
            Prepare();
            var service = Interlocked.Exchange(ref _prepared, null)!;
            try
            {
                await service.StartAsync(ct);
            }
            catch
            {
                await service.DisposeAsync();
                throw;
            }
            _running = service;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Stops it: its requests are answered 503, those begun are finished, its events wait. Nothing happens when it is stopped.</summary>
    /// <param name="gracePeriod">How long those begun may take.</param>
    public async Task StopAsync(TimeSpan gracePeriod)
    {
        await _turn.WaitAsync();
        try
        {
            // First out of sight, then stopped.
            var service = _running ?? _prepared;
            (_running, _prepared) = (null, null);
            if (service is not null)
                await service.StopAsync(gracePeriod);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether it needs no restart. A service that is stopped needs none.</summary>
    internal bool IsLive => _running?.IsLive != false;

    /// <summary>How it is.</summary>
    /// <exception cref="InvalidOperationException">It is stopped.</exception>
    internal ValueTask<ServiceHealth> HealthAsync() =>
        (_running ?? throw new InvalidOperationException($"{Declaration.FullName} is stopped")).HealthAsync(CancellationToken.None);
}
