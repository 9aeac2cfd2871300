namespace Mannam.Hosting;

/// <summary>A declared service in this process. It may be stopped and started again while the process runs.</summary>
/// <remarks>All members are thread-safe.</remarks>
#pragma warning disable CA1001 // a semaphore without a wait handle needs no disposal
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

    /// <summary>The running service; null while it is stopped.</summary>
    public ServiceHost? Running => _running;

    /// <summary>The server for calls from other services of the process; null while it is stopped.</summary>
    internal InProcessServer? Server => _running?.Server;

    /// <summary>Creates the service for its next start, without its database or other services.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong or missing.</exception>
    public void Prepare() => _prepared ??= new ServiceHost(Declaration, _environment());

    /// <summary>Starts it. Does nothing if it runs.</summary>
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

    /// <summary>Stops it: new requests get 503, requests in progress are finished, its events wait. Does nothing if it is stopped.</summary>
    /// <param name="gracePeriod">The time limit for requests in progress.</param>
    public async Task StopAsync(TimeSpan gracePeriod)
    {
        await _turn.WaitAsync();
        try
        {
            // First hide it from new requests, then stop it.
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

    /// <summary>Whether it works without a restart. A stopped service needs none.</summary>
    internal bool IsLive => _running?.IsLive != false;

    /// <summary>Its health.</summary>
    /// <exception cref="InvalidOperationException">It is stopped.</exception>
    internal ValueTask<ServiceHealth> HealthAsync() =>
        (_running ?? throw new InvalidOperationException($"{Declaration.FullName} is stopped")).HealthAsync(CancellationToken.None);
}
