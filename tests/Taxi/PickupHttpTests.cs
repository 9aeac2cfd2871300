using Mannam.Tests.Chassis.Http;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>A driver takes a request and gives it up, over HTTP.</summary>
public sealed class PickupHttpTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    private Task<Answer> TakeAsync(string body, string prefix = "") => Http.AskAsync($"POST {prefix}/pickUps", body);

    [Theory]
    [InlineData("")]
    [InlineData("/taxi")]
    public async Task A_driver_takes_a_request_and_it_leaves_the_list(string prefix)
    {
        var id = await taxi.OfferAsync();
        var listed = await Http.AskAsync($"GET {prefix}/catchReqLists/{id}").Gives(200);
        var listPlace = new Uri(Http.BaseAddress!, $"{prefix}/catchReqLists/{id}").ToString();
        Assert.Equal(
            Calls.Hal($$"""{"id":{{id}},"price":250000,"startingPoint":"Busan","destination":"Seoul"}""", "catchReqList", listPlace),
            listed.Body
        );
        var taken = await TakeAsync($$"""{"matchId": "{{id}}", "driver": "Speedmate"}""", prefix).Gives(201);
        var place = new Uri(Http.BaseAddress!, $"{prefix}/pickUps/{id}").ToString();
        Assert.Equal(place, taken.Header("Location"));
        Assert.Equal(Calls.Hal($$"""{"matchId":{{id}},"driver":"Speedmate","customer":"Peter"}""", "pickUp", place), taken.Body);
        Assert.Equal(taken.Body, (await Http.AskAsync($"GET {prefix}/pickUps/{id}").Gives(200)).Body);
        await Http.AskAsync($"GET {prefix}/catchReqLists/{id}").Refuses(404);
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("PickupAssigned", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
    }

    [Fact]
    public async Task A_driver_who_takes_a_request_again_gets_the_same_resource()
    {
        var id = await taxi.OfferAsync();
        var first = await Http.TakeAsync(id, "Speedmate").Gives(201);
        var again = await TakeAsync($$"""{"matchId": {{id}}, "driver": "Speedmate", "customer": "Paul"}""").Gives(200);
        Assert.Equal((first.Body, first.Header("ETag")), (again.Body, again.Header("ETag")));
    }

    [Fact]
    public async Task A_take_is_checked_for_held_then_cancelled_then_unlisted_then_customer()
    {
        var id = await taxi.OfferAsync();
        var another = $$"""{"matchId": {{id}}, "driver": "Safemate", "customer": "Paul"}""";
        await TakeAsync(another).Refuses(400, "customer");
        await Http.TakeAsync(id, "Speedmate").Gives(201);
        Assert.Equal("PickupAssigned", (await TakeAsync(another).Refuses(409)).At("detail"));
        await Http.CancelAsync(id).Gives(200);
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("PaymentCancelled", (await TakeAsync(another).Refuses(409)).At("detail"));
        await TakeAsync("""{"matchId": 999999, "driver": "Safemate", "customer": "Paul"}""").Refuses(404);
    }

    [Theory]
    [InlineData(""" "customer": "Peter" """, 201)]
    [InlineData(""" "custmoer": "Peter" """, 201)]
    [InlineData(""" "customer": null """, 201)]
    [InlineData(""" "custmoer": "Paul", "customer": "Peter" """, 201)]
    [InlineData(""" "customer": "Paul", "custmoer": "Peter" """, 400)]
    [InlineData(""" "custmoer": "Paul" """, 400)]
    [InlineData(""" "customer": 5 """, 400)]
    public async Task The_customer_may_be_named_in_either_spelling_and_the_right_one_wins(string customer, int status)
    {
        var id = await taxi.OfferAsync();
        var answer = await TakeAsync($$"""{"matchId": {{id}}, "driver": "Speedmate", {{customer}} }""").Gives(status);
        if (status == 201)
            Assert.Equal(("Peter", null), (answer.At("customer"), answer.At("custmoer")));
        else
            await Task.FromResult(answer).Refuses(400, "customer");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/taxi")]
    public async Task A_request_that_was_given_up_is_listed_again_for_other_drivers(string prefix)
    {
        var id = await taxi.OfferAsync();
        await Http.TakeAsync(id, "Speedmate").Gives(201);
        Assert.Equal("", (await Http.AskAsync($"DELETE {prefix}/pickUps/{id}?driver=Speedmate").Gives(204)).Body);
        await Http.AskAsync($"GET /pickUps/{id}").Refuses(404);
        await Http.AskAsync($"GET /catchReqLists/{id}").Gives(200);
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("PickupCancelled", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        await Http.TakeAsync(id, "Safemate").Gives(201);
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("Safemate", (await Http.AskAsync($"GET /myPages/{id}").Gives(200)).At("driver"));
    }

    [Fact]
    public async Task A_repeated_give_up_gets_204_even_after_a_cancellation()
    {
        var id = await taxi.OfferAsync();
        await Http.TakeAsync(id, "Speedmate").Gives(201);
        await Http.GiveUpAsync(id, "Speedmate").Gives(204);
        await Http.GiveUpAsync(id, "Speedmate").Gives(204);
        await Http.AskAsync($"DELETE /pickUps/{id}?driver=Speedmate", null, ("If-Match", "\"99\"")).Gives(204);
        await Http.GiveUpAsync(id, "Safemate").Refuses(404);
        await Http.CancelAsync(id).Gives(200);
        await taxi.Machine.SettledAsync(id);
        await Http.GiveUpAsync(id, "Speedmate").Gives(204);
        await Http.GiveUpAsync(id, "Safemate").Refuses(404);
    }

    [Fact]
    public async Task Only_the_driver_who_holds_a_request_can_give_it_up()
    {
        var id = await taxi.OfferAsync();
        await Http.GiveUpAsync(id, "Speedmate").Refuses(404);
        await Http.TakeAsync(id, "Speedmate").Gives(201);
        Assert.Equal("PickupAssigned", (await Http.GiveUpAsync(id, "Safemate").Refuses(409)).At("detail"));
        await Http.AskAsync($"DELETE /pickUps/{id}").Refuses(400, "driver");
        await Http.AskAsync($"DELETE /pickUps/{id}?driver=%20").Refuses(400, "driver");
        await Http.AskAsync($"DELETE /pickUps/{id}?driver=%00").Refuses(400, "driver");
        await Http.AskAsync("DELETE /pickUps/999999").Refuses(400, "driver");
        await Http.GiveUpAsync(999999, "Speedmate").Refuses(404);
        await Http.AskAsync($"DELETE /pickUps/{id}?driver=Safemate&driver=Speedmate").Gives(204);
    }

    [Fact]
    public async Task Giving_up_a_request_honours_If_Match()
    {
        var id = await taxi.OfferAsync();
        var tag = (await Http.TakeAsync(id, "Speedmate").Gives(201)).Header("ETag")!;
        Assert.Equal("", (await Http.AskAsync($"GET /pickUps/{id}", null, ("If-None-Match", tag)).Gives(304)).Body);
        await Http.AskAsync($"DELETE /pickUps/{id}?driver=Speedmate", null, ("If-Match", "\"99\"")).Refuses(412);
        await Http.AskAsync("DELETE /pickUps/999999?driver=Speedmate", null, ("If-Match", "\"99\"")).Refuses(404);
        await Http.AskAsync($"DELETE /pickUps/{id}?driver=Speedmate", null, ("If-Match", tag)).Gives(204);
    }

    [Fact]
    public async Task A_cancellation_removes_the_pick_up_and_the_list_entry()
    {
        var id = await taxi.OfferAsync();
        await Http.TakeAsync(id, "Speedmate").Gives(201);
        await Http.CancelAsync(id).Gives(200);
        await taxi.Machine.SettledAsync(id);
        await Http.AskAsync($"GET /pickUps/{id}").Refuses(404);
        await Http.AskAsync($"GET /catchReqLists/{id}").Refuses(404);
        var page = await Http.AskAsync($"GET /myPages/{id}").Gives(200);
        Assert.Equal(("PaymentCancelled", null), (page.At("status"), page.At("driver")));
    }
}
