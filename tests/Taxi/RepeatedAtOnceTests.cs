using Mannam.Gateway;
using Mannam.Tests.Chassis.Gateway;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>Who has read the whole answer may ask again at once, by another connection: nothing of the first request is in the way.</summary>
public sealed class RepeatedAtOnceTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private const int Times = 300;

    [Fact]
    public async Task A_keyed_POST_whose_answer_was_read_is_answered_again_at_once() => await RepeatAsync(taxi.Machine.Address);

    [Fact]
    public async Task So_it_is_through_a_gateway()
    {
        await using var gateway = await EdgeApp.StartGatewayAsync(
            new RemoteSystem("taxi", "Taxi", [new RemoteService("catch", ["catches"], [taxi.Machine.Address])])
        );
        await RepeatAsync(gateway.Address);
    }

    private static async Task RepeatAsync(Uri door)
    {
        // A connection each.
        using var one = new HttpClient { BaseAddress = door };
        using var other = new HttpClient { BaseAddress = door };
        await other.AskAsync("GET /catches").Gives(200);
        for (var i = 0; i < Times; i++)
        {
            var key = Keyed.NewKey();
            // A refusal is not remembered, but it is in progress too.
            object body = i % 2 == 0 ? TaxiCalls.Order() : new { };
            var first = await one.KeyedAsync("POST /catches", key, body);
            (await other.KeyedAsync("POST /catches", key, body)).IsAgain(first);
        }
    }
}
