namespace Mannam.Hosting;

/// <summary>Waits until a saga has settled in all services: nothing is unsent, unhandled or scheduled. For tests and benchmarks, instead of sleeps.</summary>
public static class Settlement
{
    /// <summary>Returns when the saga has settled in these services.</summary>
    /// <exception cref="TimeoutException">It has not settled within the time.</exception>
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
