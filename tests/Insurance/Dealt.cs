using Mannam.Abstractions;
using Mannam.Messaging;

namespace Mannam.Tests.Insurance;

/// <summary>The source of one replica: a single partition with the events that the test adds.</summary>
internal sealed class Dealt(int partition) : ITransport, ISubscription
{
    private readonly List<ReceivedEvent> _all = [];
    private IPositions? _positions;
    private int _next = -1;

    /// <summary>Appends an event to the partition.</summary>
    public void Deal(EventSerializer writer, long key, IEvent what)
    {
        var row = writer.Write(key, what, MessageContext.Internal());
        _all.Add(ReceivedEvent.Read(partition, _all.Count, key, row.Headers, row.Value));
    }

    public async Task<IReadOnlyList<ReceivedEvent>> FetchAsync(int max, CancellationToken ct)
    {
        if (_next < 0)
            _next = (int)(await _positions!.ReadAsync([partition], ct))[partition].Next;
        List<ReceivedEvent> fetched = [.. _all.Skip(_next).Take(max)];
        _next += fetched.Count;
        return fetched;
    }

    public ISubscription Subscribe(string topic, string group, IPositions positions)
    {
        _positions = positions;
        return this;
    }

    public void Rewind() => _next = -1;

    public int? Partitions => 1;

    public long Lag(int partition, long next) => _all.Count - next;

    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => Task.CompletedTask;

    public Task PublishAsync(string topic, IReadOnlyList<TopicRecord> records, CancellationToken ct) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
