using Mannam.Bench.Stand;

namespace Mannam.Bench.Lag;

/// <summary>What was measured of one side in one round, in milliseconds.</summary>
internal sealed class Lags
{
    private readonly Dictionary<string, List<double>> lags = LagBenchmark.Views.ToDictionary(v => v, _ => new List<double>());

    /// <summary>How long the answers took.</summary>
    internal List<double> Answers { get; } = [];

    /// <summary>How many were sent, those before it was measured too.</summary>
    internal int Sent { get; init; }

    /// <summary>CPU time of the program for each that was sent, in milliseconds.</summary>
    internal double ServiceCpuMs { get; private set; }

    /// <summary>The same of the server that it stands on.</summary>
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
