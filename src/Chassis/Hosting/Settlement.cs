namespace Mannam.Hosting;

/// <summary>Waits until a saga has come to rest in all services: nothing unsent, unhandled or owed is left of it. For tests and benchmarks: no sleeps.</summary>
public static class Settlement
{
    /// <summary>Returns once the saga has settled in the services given.</summary>
    /// <exception cref="TimeoutException">It had not within the time.</exception>
    public static async Task SettledAsync(IReadOnlyCollection<ServiceHost> services, long key, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(services);
        using var deadline = new CancellationTokenSource(within);
        while (!await HasSettledAsync(services, key))
        {
            if (deadline.IsCancellationRequested)
                throw new TimeoutException($"saga {key} has not settled within {within}");
            await Task.Delay(2);
        }
    }

    // An event leaves the outbox after it is in the log, and what it raises is in an outbox before it counts as handled. So if all was handled, then
    // nothing was owed, and after that still the same was handled, nothing was between.
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

    // Each partition must be somebody's: what is in one that just changes hands is not handled yet.
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
