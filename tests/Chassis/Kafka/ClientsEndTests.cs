using Mannam.Kafka;
using Mannam.Messaging;
using Xunit;

namespace Mannam.Tests.Chassis.Kafka;

/// <summary>The C library frees a client that ends, whoever is in its calls. That would be the end of the process, and of this run of the tests.</summary>
public sealed class ClientsEndTests(KafkaFixture kafka)
{
    // So many that somebody is in the middle when another gives up.
    private static readonly TopicRecord[] Batch = [.. Enumerable.Range(0, 20_000).Select(key => new TopicRecord(key, "{}", "{}"))];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_member_may_leave_while_others_ask_for_its_lag()
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
    public async Task A_producer_may_be_given_up_while_others_publish()
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

    // Whoever uses the producer that another gives up, is told that not all came.
    private static void Publish(KafkaTransport transport, string topic, CancellationToken ct)
    {
        try
        {
            transport.PublishAsync(topic, Batch, ct).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is PublishException or OperationCanceledException) { }
    }

    // On threads of their own: nobody waits for the pool.
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
