using Mannam.Bench.Stand;

namespace Mannam.Bench.Lag;

/// <summary>The measurements of one side in one round, in milliseconds.</summary>
internal sealed class Lags
{
    private readonly Dictionary<string, List<double>> lags = LagBenchmark.Views.ToDictionary(v => v, _ => new List<double>());

    /// <summary>The latencies of the answers.</summary>
    internal List<double> Answers { get; } = [];

    /// <summary>The number of sent requests, including those before the measurement.</summary>
    internal int Sent { get; init; }

    /// <summary>The program's CPU time per sent request, in milliseconds.</summary>
    internal double ServiceCpuMs { get; private set; }

    /// <summary>The same for its PostgreSQL server.</summary>
    internal double PostgresCpuMs { get; private set; }

    internal void Used(double services, double postgres) => (ServiceCpuMs, PostgresCpuMs) = (services, postgres);

    internal double Share(string view, double share) => Table.Share(lags[view], share);

    internal void Add(string view, TimeSpan lag)
    {
        lock (lags)
            lags[view].Add(lag.TotalMilliseconds);
    }

    internal void Answered(TimeSpan took)
    {
        lock (lags)
            Answers.Add(took.TotalMilliseconds);
    }
}
