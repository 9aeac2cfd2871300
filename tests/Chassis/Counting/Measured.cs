using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>Listens to one counter of the meter <c>Mannam</c>.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentBag<(long Value, KeyValuePair<string, object?>[] Tags)> _all = [];

    public Measured(string instrument)
    {
        _listener.InstrumentPublished = (published, listener) =>
        {
            if (published.Meter.Name == "Mannam" && published.Name == instrument)
                listener.EnableMeasurementEvents(published);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => _all.Add((value, tags.ToArray())));
        _listener.Start();
    }

    /// <summary>The sum counted with these tags, over all services.</summary>
    public long Of(params (string Name, string Value)[] tags) =>
        _all.Where(m => tags.All(t => m.Tags.Any(has => has.Key == t.Name && (string?)has.Value == t.Value))).Sum(m => m.Value);

    public void Dispose() => _listener.Dispose();
}
