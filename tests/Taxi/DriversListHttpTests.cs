using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>The list of requests for drivers.</summary>
public sealed class DriversListHttpTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private async Task<List<long>> IdsAsync(string query = "") =>
        [.. (await taxi.Http.AskAsync("GET /catchReqLists" + query).Gives(200)).Rows("catchReqLists").Select(r => (long)r["id"]!)];

    [Fact]
    public async Task The_drivers_list_has_all_free_paid_requests_unless_a_page_is_requested()
    {
        var http = taxi.Http;
        var empty = await http.AskAsync("GET /taxi/catchReqLists").Gives(200);
        Assert.Equal("""{"catchReqLists":[]}""", empty.Json["_embedded"]!.ToJsonString());
        Assert.Equal("""{"size":0,"totalElements":0,"totalPages":0,"number":0}""", empty.Json["page"]!.ToJsonString());

        var ids = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => taxi.OfferAsync()));
        var whole = await http.AskAsync("GET /catchReqLists").Gives(200);
        Assert.Equal(ids.Order(), whole.Rows("catchReqLists").Select(r => (long)r["id"]!));
        Assert.Equal("""{"size":25,"totalElements":25,"totalPages":1,"number":0}""", whole.Json["page"]!.ToJsonString());
        Assert.Null(whole.Json["_links"]!["next"]);
        Assert.Equal(20, (await IdsAsync("?page=0")).Count);
        Assert.Equal(5, (await IdsAsync("?page=1")).Count);
        Assert.Equal(ids.Order().Take(10), await IdsAsync("?size=10"));

        var taken = ids.Min();
        await http.TakeAsync(taken, "Speedmate").Gives(201);
        Assert.DoesNotContain(taken, await IdsAsync());
        await http.GiveUpAsync(taken, "Speedmate").Gives(204);
        Assert.Equal(taken, (await IdsAsync())[0]);
        await http.CancelAsync(taken).Gives(200);
        await taxi.Machine.SettledAsync(taken);
        Assert.Equal(ids.Order().Skip(1), await IdsAsync());
    }
}
