using Mannam.Tests.Chassis.Kafka;
using Xunit;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>Tests of the chassis on the system Counting; each test has its own world.</summary>
public abstract class CountingTests(PostgresFixture postgres, KafkaFixture? kafka = null) : IAsyncLifetime
{
    private protected World World { get; } = new(postgres, kafka);

    private protected KafkaFixture Kafka => World.Kafka;

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync() => await World.OpenTransportAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await World.DisposeAsync();
    }
}
