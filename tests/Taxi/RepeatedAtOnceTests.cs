using Mannam.Gateway;
using Mannam.Tests.Chassis.Gateway;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>A client that has read the whole answer may repeat the request at once over another connection. The first request no longer blocks it.</summary>
public sealed class RepeatedAtOnceTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private const int Times = 300;

    [Fact]
    public async Task A_keyed_POST_can_be_repeated_as_soon_as_its_answer_was_read() => await RepeatAsync(taxi.Machine.Address);

    [Fact]
    public async Task A_keyed_POST_through_a_gateway_can_be_repeated_at_once()
    {
        await using var gateway = await EdgeApp.StartGatewayAsync(
            new RemoteSystem("taxi", "Taxi", [new RemoteService("catch", ["catches"], [taxi.Machine.Address])])
        );
        await RepeatAsync(gateway.Address);
    }

    private static async Task RepeatAsync(Uri door)
    {
        // Two clients with separate connections.
        using var one = new HttpClient { BaseAddress = door };
        using var other = new HttpClient { BaseAddress = door };
        await other.AskAsync("GET /catches").Gives(200);
        for (var i = 0; i < Times; i++)
        {
            var key = Keyed.NewKey();
            // A refusal is not remembered, but while it runs it blocks the key, too.
            object body = i % 2 == 0 ? TaxiCalls.Order() : new { };
            var first = await one.KeyedAsync("POST /catches", key, body);
            (await other.KeyedAsync("POST /catches", key, body)).IsAgain(first);
        }
    }
}
