using System.Diagnostics.Metrics;
using Npgsql;

namespace Mannam.Chassis.Hosting;

/// <summary>What a service tells of itself, in the meter <c>Mannam</c>, each with the tag <c>service</c>.</summary>
internal sealed class ServiceMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Mannam";

    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(5);
    private readonly Meter _meter = new(Name);
    private readonly KeyValuePair<string, object?> _service;
    private readonly Counter<long> _published;
    private readonly Counter<long> _handled;
    private readonly TimeProvider _time;
    private long? _counted;
    private long _waiting;
    private long _parked;

    public ServiceMetrics(string service, TimeProvider time)
    {
        (_service, _time) = (new("service", service), time);
        _published = _meter.CreateCounter<long>("mannam.events.published", "{event}", "events that the transport has taken");
        _handled = _meter.CreateCounter<long>("mannam.events.handled", "{event}", "events whose policies have decided");
        _meter.CreateObservableGauge("mannam.events.waiting", () => Of(_waiting), "{event}", "events that wait to be tried again");
        _meter.CreateObservableGauge("mannam.events.parked", () => Of(_parked), "{event}", "events that were given up");
        _meter.CreateObservableGauge("mannam.events.lag", () => Of(Lag()), "{record}", "records of the topic that were not come to yet");
    }

    /// <summary>How far behind the topic the service is.</summary>
    public Func<long> Lag { get; set; } = () => 0;

    public void Published(long events) => _published.Add(events, _service);

    public void Handled(long events) => _handled.Add(events, _service);

    /// <summary>Counts what waits and what is parked, when that was not done for a while: a gauge may be asked at any moment, and asks no store.</summary>
    public async Task CountWaitingAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        if (_counted is { } counted && _time.GetElapsedTime(counted) < CountEvery)
            return;
        _counted = _time.GetTimestamp();
        await using var command = database.CreateCommand(
            "select (select count(*) from waiting where parked_at is null), (select count(*) from waiting where parked_at is not null)"
        );
        await using var counts = await command.ExecuteReaderAsync(ct);
        await counts.ReadAsync(ct);
        (_waiting, _parked) = (counts.GetInt64(0), counts.GetInt64(1));
    }

    public void Dispose() => _meter.Dispose();

    private Measurement<long> Of(long value) => new(value, _service);
}
