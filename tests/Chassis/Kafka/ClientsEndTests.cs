using Mannam.Kafka;
using Mannam.Messaging;
using Xunit;

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>The C library frees a closed client even while other threads call it. Such a call would crash the process, and with it this test run.</summary>
public sealed class ClientsEndTests(KafkaFixture kafka)
{
    // Large enough that some threads are publishing when another one gives up.
    private static readonly TopicRecord[] Batch = [.. Enumerable.Range(0, 20_000).Select(key => new TopicRecord(key, "{}", "{}"))];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_group_member_may_leave_while_other_threads_read_its_lag()
    {
        using var transport = await kafka.TransportAsync("leaving.", partitions: 4);
        var topic = kafka.NewTopic();
        for (var round = 0; round < 20; round++)
        {
            var member = transport.Subscribe(topic, "member", new FromTheBeginning());
            await member.FetchAsync(1, Ct);
            using var over = new CancellationTokenSource();
            var asking = Repeat(4, () => Assert.InRange(member.Lag(0, 0), 0, long.MaxValue), over.Token);
            await member.DisposeAsync();
            await over.CancelAsync();
            await asking;
        }
    }

    [Fact]
    public async Task A_producer_may_be_abandoned_while_other_threads_publish()
    {
        using var transport = await kafka.TransportAsync("", partitions: 4);
        var topic = kafka.NewTopic();
        await transport.PublishAsync(topic, Batch, Ct);
        using var over = new CancellationTokenSource();
        var publishing = Repeat(4, () => Publish(transport, topic, Ct), over.Token);
        for (var round = 0; round < 20; round++)
        {
            using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
            Publish(transport, topic, impatient.Token);
        }
        await over.CancelAsync();
        await publishing;

        await transport.PublishAsync(topic, Batch, Ct);
    }

    // If one thread gives up the producer, the others get a PublishException.
    private static void Publish(KafkaTransport transport, string topic, CancellationToken ct)
    {
        try
        {
            transport.PublishAsync(topic, Batch, ct).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is PublishException or OperationCanceledException) { }
    }

    // On dedicated threads, so that no call waits for the thread pool.
    private static Task Repeat(int threads, Action call, CancellationToken until) =>
        Task.WhenAll(
            Enumerable
                .Range(0, threads)
                .Select(_ =>
                    Task.Factory.StartNew(
                        () =>
                        {
                            while (!until.IsCancellationRequested)
                                call();
                        },
                        CancellationToken.None,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                )
        );

    private sealed class FromTheBeginning : IPositions
    {
        public Task<IReadOnlyDictionary<int, Position>> ReadAsync(IReadOnlyCollection<int> partitions, CancellationToken ct) =>
            Task.FromResult<IReadOnlyDictionary<int, Position>>(partitions.ToDictionary(p => p, _ => new Position(0)));

        public Task<long> GoOnAsync(int partition, PartitionState found, CancellationToken ct) => Task.FromResult(found.First);

        public void Forget(IReadOnlyCollection<int> partitions) { }
    }
}
