using Npgsql;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>The simulator found this: an answer that could not be stored under its key was sent anyway. The next request with the key was executed again.</summary>
public sealed class IdempotencyStoreLostTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    [Fact]
    public async Task A_keyed_request_without_effect_is_409_if_its_answer_cannot_be_stored()
    {
        var key = Keyed.NewKey();
        var id = await taxi.OfferAsync();
        var take = new { matchId = id, driver = "Lee" };
        await taxi.Http.AskAsync("POST /pickUps", take).Gives(201);
        var failpoints = taxi.Machine["taxi.pickup"].Failpoints;
        failpoints.OnHit = point =>
            point == "answer.committing" ? throw new NpgsqlException("lost", new IOException()) : ValueTask.CompletedTask;

        var unknown = await taxi.Http.KeyedAsync("POST /pickUps", key, take).Gives(409);
        failpoints.OnHit = null;

        Assert.NotNull(unknown.Header("Retry-After"));
        await taxi.Http.KeyedAsync("POST /pickUps", key, take).Gives(200);
        await taxi.Http.GiveUpAsync(id, "Lee").Gives(204);
        await taxi.Http.KeyedAsync("POST /pickUps", key, take).Gives(200);
    }
}
