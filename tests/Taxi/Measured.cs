using System.Diagnostics.Metrics;

namespace Mannam.Tests.Taxi;

/// <summary>Reads a gauge.</summary>
internal static class Measured
{
    /// <summary>Every measurement of one meter's gauge, with its tags.</summary>
    public static IReadOnlyList<(int Value, string? Service, string? Peer)> Of(Meter meter, string gauge)
    {
        var measured = new List<(int, string?, string?)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, all) =>
            {
                if (instrument.Meter == meter && instrument.Name == gauge)
                    all.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<int>(
            (_, value, tags, _) =>
            {
                var named = tags.ToArray().ToDictionary(t => t.Key, t => (string?)t.Value);
                measured.Add((value, named["service"], named["peer"]));
            }
        );
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }
}
