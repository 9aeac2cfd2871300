using Mannam.Hosting;

namespace Mannam.Testing;

/// <summary>Waits until a saga has settled in all services: none of its events is unsent or unhandled, and none of its messages is scheduled. For tests and benchmarks, instead of sleeps.</summary>
public static class Settlement
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);

    /// <summary>Returns once the saga has settled in all services that run in this process.</summary>
    /// <param name="services">The services of a host to which <c>AddMannam</c> added them.</param>
    /// <param name="key">The correlation key of the saga.</param>
    /// <param name="within">How long it may take; null for 30 s.</param>
    /// <exception cref="TimeoutException">It took longer.</exception>
    public static Task SettledAsync(this MannamServices services, long key, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return SettledAsync([.. services.Local.Select(s => s.Running).OfType<ServiceHost>()], key, within);
    }

    /// <inheritdoc cref="SettledAsync(MannamServices, long, TimeSpan?)"/>
    public static async Task SettledAsync(this IReadOnlyCollection<ServiceHost> services, long key, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var atMost = within ?? Usual;
        using var deadline = new CancellationTokenSource(atMost);
        while (!await HasSettledAsync(services, key))
        {
            if (deadline.IsCancellationRequested)
                throw new TimeoutException($"saga {key} has not settled within {atMost}");
            await Task.Delay(2);
        }
    }

    // An event leaves the outbox after it is in the log, and the events that it raises are in an outbox before it counts as handled. So the saga has
    // settled if all is handled, then nothing is pending, and then still the same number is handled.
    private static async Task<bool> HasSettledAsync(IReadOnlyCollection<ServiceHost> services, long key)
    {
        if (Handled(services) is not { } before)
            return false;
        foreach (var service in services)
        {
            if (service.Declaration.System.Length > 0 && !await service.IsSettledAsync(key, CancellationToken.None))
                return false;
        }
        return Handled(services) == before;
    }

    // Each partition must have an owner: events of a partition that changes its owner are not handled yet.
    private static long? Handled(IEnumerable<ServiceHost> services)
    {
        long sum = 0;
        foreach (var replicas in services.GroupBy(s => s.Declaration.FullName))
        {
            var handled = replicas.Select(r => r.Handled).ToList();
            if (handled.Contains(null) || handled.Sum(h => h!.Assigned) < handled.Max(h => h!.Partitions))
                return null;
            sum += handled.Sum(h => h!.Records);
        }
        return sum;
    }
}
