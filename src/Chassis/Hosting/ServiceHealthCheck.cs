using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Mannam.Hosting;

/// <summary>A service's health as a health check of its host. Each service has two: <c>taxi.catch</c> with the tag <see cref="Ready"/>, and
/// <c>taxi.catch loops</c> with the tag <see cref="Live"/>.</summary>
/// <param name="service">The service.</param>
/// <param name="live">Whether only a restart would help, and not whether it can do its work now.</param>
internal sealed class ServiceHealthCheck(ServiceEntry service, bool live) : IHealthCheck
{
    /// <summary>The tag of checks that say whether the service can do its work now.</summary>
    public const string Ready = "ready";

    /// <summary>The tag of checks that fail if only a restart helps.</summary>
    public const string Live = "live";

    /// <summary>The description of a service that was stopped on purpose.</summary>
    public const string Stopped = "stopped";

    // A probe of an orchestrator gives up after a few seconds; a service that takes as long is not well.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // On purpose (`mannam stop`): the others are to be reached, so the whole stays ready.
        if (!service.Upstream.IsRunning)
            return HealthCheckResult.Healthy(Stopped, new Dictionary<string, object> { ["state"] = Stopped });
        if (live)
            return service.IsLive?.Invoke() != false ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy();
        if (service.Health is not { } ask)
            return HealthCheckResult.Healthy();
        try
        {
            var health = await ask().AsTask().WaitAsync(Patience, cancellationToken);
            var data = health.Details.ToDictionary(d => d.Key, d => (object)d.Value);
            return health.Ready ? HealthCheckResult.Healthy(data: data) : HealthCheckResult.Unhealthy(data: data);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Anybody may read it: the exception's own words may hold people's data.
            var error = exception is TimeoutException ? "no answer in time" : exception.GetType().Name;
            return HealthCheckResult.Unhealthy(data: new Dictionary<string, object> { ["error"] = error });
        }
    }

    /// <summary>Registers the checks of all services that were added to the host.</summary>
    internal sealed class Registration(MannamServices services) : IConfigureOptions<HealthCheckServiceOptions>
    {
        public void Configure(HealthCheckServiceOptions options)
        {
            foreach (var (name, service) in services.All)
            {
                options.Registrations.Add(new(name, new ServiceHealthCheck(service, live: false), HealthStatus.Unhealthy, [Ready]));
                options.Registrations.Add(
                    new($"{name} loops", new ServiceHealthCheck(service, live: true), HealthStatus.Unhealthy, [Live])
                );
            }
        }
    }
}
