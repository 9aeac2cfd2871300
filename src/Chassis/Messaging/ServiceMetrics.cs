using System.Diagnostics.Metrics;

namespace Mannam.Messaging;

/// <summary>The metrics of a service, in the meter <c>Mannam</c>. Each has the tag <c>service</c>.</summary>
internal sealed class ServiceMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Mannam";

    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(5);
    private readonly Meter _meter = new(Name);
    private readonly KeyValuePair<string, object?> _service;
    private readonly Counter<long> _published;
    private readonly Counter<long> _handled;
    private readonly Counter<long> _refused;
    private readonly TimeProvider _time;
    private long? _counted;
    private long _waiting;
    private long _parked;
    private long _began;
    private long _gone;
    private long _passedOver;
    private long _wentBack;

    public ServiceMetrics(string service, TimeProvider time)
    {
        (_service, _time) = (new("service", service), time);
        _published = _meter.CreateCounter<long>("mannam.events.published", "{event}", "events that the transport has accepted");
        _handled = _meter.CreateCounter<long>("mannam.events.handled", "{event}", "events whose policies have decided");
        _refused = _meter.CreateCounter<long>(
            "mannam.refusals",
            "{refusal}",
            "refusals by the store or a peer, for reasons outside the event"
        );
        _meter.CreateObservableGauge("mannam.events.waiting", () => Of(_waiting), "{event}", "events that wait for a retry");
        _meter.CreateObservableGauge("mannam.events.parked", () => Of(_parked), "{event}", "dead letters");
        _meter.CreateObservableGauge("mannam.events.lag", () => Of(Lag()), "{record}", "unread records of the topic");
        _meter.CreateObservableGauge(
            "mannam.held",
            () => HeldNow(h => h.Number),
            "{item}",
            "events and scheduled messages that the store or a peer refuses"
        );
        _meter.CreateObservableGauge("mannam.held.age", () => HeldNow(Age), "s", "the time since the oldest of them was first refused");
        Counter("mannam.history.changes", () => _began, "{partition}", "partitions whose history has changed, and that are read again");
        Counter("mannam.history.gone", () => _gone, "{record}", "records that were deleted before they were read");
        Counter("mannam.history.passed", () => _passedOver, "{event}", "events that were read again and are older than the inbox's memory");
        Counter("mannam.history.restored", () => _wentBack, "{time}", "how often the service's own database had gone back");
    }

    /// <summary>The number of unread records.</summary>
    public Func<long> Lag { get; set; } = () => 0;

    /// <summary>The blocked work at the last count.</summary>
    public IReadOnlyList<BlockedWork> Held { get; private set; } = [];

    public void Published(long events) => _published.Add(events, _service);

    public void Handled(long events) => _handled.Add(events, _service);

    /// <summary>Counts a refusal.</summary>
    /// <param name="where">The reporter.</param>
    /// <param name="failure">Who refuses, and why.</param>
    public void Refused(string where, ExternalFailure failure) =>
        _refused.Add(1, _service, new("where", where), new("by", failure.Source), new("code", failure.Code));

    /// <summary>An event was deferred, or handled after all: the next count is not postponed.</summary>
    public void CountSoon() => _counted = null;

    public void BeganAgain() => Interlocked.Increment(ref _began);

    public void Gone(long records) => Interlocked.Add(ref _gone, records);

    public void PassedOver(long events) => Interlocked.Add(ref _passedOver, events);

    public void WentBack() => Interlocked.Increment(ref _wentBack);

    // Published as 0 from the start, because a counter that first appears as 1 shows no increase.
    private void Counter(string name, Func<long> count, string unit, string meaning) =>
        _meter.CreateObservableCounter(name, () => Of(count()), unit, meaning);

    /// <summary>Counts deferred messages and dead letters.</summary>
    public Func<CancellationToken, Task<MessageCounts>> Count { get; set; } = _ => Task.FromResult(new MessageCounts(0, 0, []));

    /// <summary>Counts them if the last count is old. Gauges only return the last count, without a query.</summary>
    public async Task CountAsync(CancellationToken ct)
    {
        if (_counted is { } counted && _time.GetElapsedTime(counted) < CountEvery)
            return;
        _counted = _time.GetTimestamp();
        (_waiting, _parked, Held) = await Count(ct);
    }

    public void Dispose() => _meter.Dispose();

    private Measurement<long> Of(long value) => new(value, _service);

    private IEnumerable<Measurement<long>> HeldNow(Func<BlockedWork, long> value) =>
        Held.Select(h => new Measurement<long>(
            value(h),
            _service,
            new("what", h.What),
            new("by", h.Failure.Source),
            new("code", h.Failure.Code)
        ));

    private long Age(BlockedWork held) => Math.Max(0, (long)(_time.GetUtcNow() - held.Since).TotalSeconds);
}
