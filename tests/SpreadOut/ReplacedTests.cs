using Mannam.Tests.Kafka;
using Xunit;

namespace Mannam.Tests.SpreadOut;

/// <summary>Scale-out: a service is replaced under load, and nobody notices.</summary>
public sealed class ReplacedTests(PostgresFixture postgres, KafkaFixture kafka) : IAsyncLifetime
{
    private readonly Spread spread = new(postgres, kafka, places: 2);

    public async ValueTask InitializeAsync() => await spread.StartAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return spread.DisposeAsync();
    }

    [Fact]
    public async Task Each_service_in_turn_is_replaced_behind_the_gateway_and_no_request_fails()
    {
        var riders = new Riders(spread.Http);
        riders.Start(4, TimeSpan.FromMilliseconds(20));

        foreach (var service in Spread.Services)
        {
            await spread.StartAsync(service, 1);
            await spread.SeesAsync(service, 2);
            var ended = await spread.StopAsync(service, 0);
            Assert.Equal(0, ended.Status);
        }
        await riders.StopAsync();

        Assert.Empty(riders.Failures);
        Assert.True(riders.Calls > 100, $"{riders.Calls} calls are no load");
        await Agreed.AllAsync(spread, riders.Told, TimeSpan.FromSeconds(60));
    }
}
