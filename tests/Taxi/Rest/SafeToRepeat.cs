using Xunit;

namespace Mannam.Tests.Taxi.Rest;

public sealed partial class RestConventions
{
    [Fact]
    public async Task The_same_key_and_body_get_the_first_answer_and_another_body_gets_422()
    {
        var (key, body) = (Keyed.NewKey(), """{"price": 5, "startingPoint": "a", "destination": "b", "customer": "c"}""");
        var first = await Http.KeyedAsync("POST /catches", key, body).Gives(201);
        var count = await Http.CountAsync("/catches");
        (await Http.KeyedAsync("POST /catches", key, body)).IsAgain(first);
        await Http.KeyedAsync("POST /catches", key, body + " ").Refuses(422);
        Assert.Equal(count, await Http.CountAsync("/catches"));
    }

    [Fact]
    public async Task A_key_in_use_is_409_with_Retry_After_and_422_with_another_body()
    {
        await using var slow = await Http.ProviderAsync(new { delay = HeldTime.Held });
        var (key, body) = (Keyed.NewKey(), """{"price": 5, "startingPoint": "a", "destination": "b", "customer": "c"}""");
        var first = Http.KeyedAsync("POST /catches", key, body);
        var charge = await taxi.Time.NextAsync();
        Assert.NotNull((await Http.KeyedAsync("POST /catches", key, body).Refuses(409)).Header("Retry-After"));
        await Http.KeyedAsync("POST /catches", key, body + " ").Refuses(422);
        charge.Elapse();
        await first.Gives(201);
    }

    [Fact]
    public async Task A_refusal_before_anything_was_recorded_is_not_remembered()
    {
        var key = Keyed.NewKey();
        await Http.KeyedAsync("POST /catches", key, "{}").Refuses(400, "price", "startingPoint", "destination", "customer");
        await Http.KeyedAsync("POST /catches", key, TaxiCalls.Order()).Gives(201);
        // A key is valid for one path.
        await Http.KeyedAsync("POST /pickUps", key, new { matchId = 999_999, driver = "Kim" }).Refuses(404);
        await Http.KeyedAsync("POST /catches", "two words", TaxiCalls.Order()).Refuses(400, "Idempotency-Key");
    }

    [Fact]
    public async Task Items_of_aggregates_have_strong_ETags_that_If_Match_and_If_None_Match_honour()
    {
        var id = await taxi.OfferAsync();
        var read = await Http.AskAsync($"GET /catches/{id}").Gives(200);
        var tag = read.Header("ETag")!;
        Assert.Matches("^\"[^\"]+\"$", tag);
        Assert.Equal("", (await Http.AskAsync($"GET /catches/{id}", null, ("If-None-Match", tag)).Gives(304)).Body);
        await Http.AskAsync($"PATCH /catches/{id}", """{"status": "Cancel"}""", ("If-Match", "\"99\"")).Refuses(412);
        var changed = await Http.AskAsync($"PATCH /catches/{id}", """{"status": "Cancel"}""", ("If-Match", tag)).Gives(200);
        Assert.NotEqual(tag, changed.Header("ETag"));
        await Http.AskAsync($"GET /catches/{id}", null, ("If-None-Match", tag)).Gives(200);
    }

    [Fact]
    public async Task A_failed_If_Match_is_412_and_an_unknown_resource_is_404_first()
    {
        var id = await taxi.OfferAsync();
        await Http.TakeAsync(id, "Kim").Gives(201);
        await Http.AskAsync($"DELETE /pickUps/{id}?driver=Kim", null, ("If-Match", "\"99\"")).Refuses(412);
        await Http.AskAsync("DELETE /pickUps/999999?driver=Kim", null, ("If-Match", "\"99\"")).Refuses(404);
    }
}
