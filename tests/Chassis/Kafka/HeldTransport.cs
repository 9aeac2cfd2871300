using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>A transport whose subscribers can be held after a fetch, like a process that is stopped there.</summary>
internal sealed class HeldTransport(ITransport inner) : ITransport
{
    private Hold? _hold;

    /// <summary>The next fetch of records waits until the test releases it.</summary>
    public Hold HoldNext() => _hold = new Hold();

    public Task PublishAsync(string topic, IReadOnlyList<TopicRecord> records, CancellationToken ct) =>
        inner.PublishAsync(topic, records, ct);

    public ISubscription Subscribe(string topic, string group, IPositions positions) =>
        new Held(this, inner.Subscribe(topic, group, positions));

    private sealed class Held(HeldTransport transport, ISubscription inner) : ISubscription
    {
        public async Task<IReadOnlyList<ReceivedEvent>> FetchAsync(int max, CancellationToken ct)
        {
            var fetched = await inner.FetchAsync(max, ct);
            if (fetched.Count > 0 && Interlocked.Exchange(ref transport._hold, null) is { } hold)
                await hold.WaitAsync();
            return fetched;
        }

        public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => inner.WaitAsync(atMost, ct);

        public void Rewind() => inner.Rewind();

        public int? Partitions => inner.Partitions;

        public long Lag(int partition, long next) => inner.Lag(partition, next);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
