using Xunit;

namespace Mannam.Tests.Scenarios;

/// <summary>The demonstrations of Taxi's document with its own command lines. The ids come from the answers.</summary>
public sealed class TaxiDemonstrations(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    private async Task<long> RequestedAsync(string commandLine) => (long)(await Http.HttpieAsync(commandLine).Gives(201)).Json["id"]!;

    [Fact]
    public async Task A_rider_requests_a_taxi_a_driver_takes_it_and_the_rider_cancels()
    {
        var id = await RequestedAsync(
            "http POST http://localhost:8081/catches price=250000 startingPoint=Busan destination=Seoul customer=Peter  status=approve"
        );
        Assert.Equal("approve", (await Http.HttpieAsync($"http http://localhost:8081/catches/{id}").Gives(200)).At("status"));
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("250000", (await Http.HttpieAsync($"http :8080/catchReqLists/{id}").Gives(200)).At("price"));
        var taken = await Http.HttpieAsync($"http http://localhost:8082/pickUps matchId={id} custmoer=Peter driver=Speedmate").Gives(201);
        Assert.Equal(("Speedmate", "Peter"), (taken.At("driver"), taken.At("customer")));
        await taxi.Machine.SettledAsync(id);
        var page = await Http.HttpieAsync($"http :8080/myPages/{id}").Gives(200);
        Assert.Equal(("PickupAssigned", "Speedmate"), (page.At("status"), page.At("driver")));
        await TaxiAgreement.CheckAsync(Http, id);

        Assert.Equal("Cancel", (await Http.HttpieAsync($"http PATCH :8080/catches/{id} status=Cancel").Gives(200)).At("status"));
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("Cancel", (await Http.HttpieAsync($"http :8080/payments/{id}").Gives(200)).At("paymentAction"));
        Assert.Equal("PaymentCancelled", (await Http.HttpieAsync($"http :8080/myPages/{id}").Gives(200)).At("status"));
        await TaxiAgreement.CheckAsync(Http, id);
    }

    [Fact]
    public async Task A_request_fails_while_payment_is_stopped_and_succeeds_after_its_start()
    {
        const string david =
            "http POST http://localhost:8081/catches price=200000 startingPoint=Daejeon destination=Seoul customer=David  status=approve";
        await taxi.Machine.StopAsync("taxi.payment");
        var failed = (await Http.HttpieAsync(david).Refuses(503)).Recorded();
        await taxi.StartAsync("taxi.payment");
        var id = await RequestedAsync(david);
        await taxi.Machine.SettledAsync(id);
        await taxi.Machine.SettledAsync(failed);
        await TaxiAgreement.CheckAsync(Http, id);
        await TaxiAgreement.CheckAsync(Http, failed);
    }

    [Fact]
    public async Task Requests_are_paid_while_pickup_is_stopped_and_listed_when_it_returns()
    {
        await taxi.Machine.StopAsync("taxi.pickup");
        var id = await RequestedAsync(
            "http POST http://localhost:8081/catches price=150000 startingPoint=Kwangjoo destination=Chooncheon customer=Steve  status=approve"
        );
        Assert.Equal("Approved", (await Http.HttpieAsync($"http http://localhost:8083/payments/{id}").Gives(200)).At("paymentAction"));
        Assert.NotNull((await Http.HttpieAsync($"http http://localhost:8082/catchReqLists/{id}").Refuses(503)).Header("Retry-After"));
        var another = await Http.OrderAsync();
        await Http.CancelAsync(another).Gives(200);
        await taxi.StartAsync("taxi.pickup");
        await taxi.Machine.SettledAsync(id);
        Assert.Equal("Kwangjoo", (await Http.HttpieAsync($"http http://localhost:8082/catchReqLists/{id}").Gives(200)).At("startingPoint"));
        await Http.HttpieAsync($"http http://localhost:8082/pickUps matchId={id} custmoer=Steve driver=Safemate").Gives(201);
        await taxi.Machine.SettledAsync(id);
        await taxi.Machine.SettledAsync(another);
        await TaxiAgreement.CheckAsync(Http, id);
        await TaxiAgreement.CheckAsync(Http, another);
    }

    [Fact]
    public async Task My_page_shows_all_rides_that_happened_while_it_was_stopped()
    {
        var before = await taxi.OfferAsync();
        await taxi.Machine.StopAsync("taxi.mypage");
        await Http.CancelAsync(before).Gives(200);
        var id = await taxi.OfferAsync();
        await Http.TakeAsync(id, "Speedmate").Gives(201);
        await taxi.StartAsync("taxi.mypage");
        await taxi.Machine.SettledAsync(id);
        await taxi.Machine.SettledAsync(before);
        await TaxiAgreement.CheckAsync(Http, id);
        await TaxiAgreement.CheckAsync(Http, before);
    }

    [Fact]
    public async Task My_page_answers_while_all_other_services_are_down()
    {
        var id = await taxi.OfferAsync(customer: "Steve");
        string[] others = ["taxi.catch", "taxi.pickup", "taxi.payment", "provider"];
        foreach (var other in others)
            await taxi.Machine.StopAsync(other);
        Assert.Equal("PaymentApproved", (await Http.AskAsync($"GET /myPages/{id}").Gives(200)).At("status"));
        Assert.NotEmpty((await Http.AskAsync("GET /taxi/myPages?customer=Steve").Gives(200)).Rows("myPages"));
        foreach (var other in others)
            await taxi.StartAsync(other);
        await taxi.Machine.SettledAsync(id);
        await TaxiAgreement.CheckAsync(Http, id);
    }

    [Fact]
    public async Task Drivers_work_while_catch_is_stopped_and_catch_learns_of_it_afterwards()
    {
        var (taken, givenUp) = (await taxi.OfferAsync(), await taxi.OfferAsync());
        await taxi.Machine.StopAsync("taxi.catch");
        await Http.TakeAsync(taken, "Speedmate").Gives(201);
        await Http.TakeAsync(givenUp, "Speedmate").Gives(201);
        await Http.GiveUpAsync(givenUp, "Speedmate").Gives(204);
        await Http.AskAsync("POST /catches", TaxiCalls.Order()).Refuses(503);
        await taxi.StartAsync("taxi.catch");
        await taxi.Machine.SettledAsync(taken);
        await taxi.Machine.SettledAsync(givenUp);
        Assert.Equal("PickupAssigned", (await Http.AskAsync($"GET /catches/{taken}").Gives(200)).At("status"));
        await TaxiAgreement.CheckAsync(Http, taken);
        await TaxiAgreement.CheckAsync(Http, givenUp);
    }

    [Fact]
    public async Task A_restarted_system_finishes_what_was_under_way()
    {
        var id = await taxi.OfferAsync();
        await Http.TakeAsync(id, "Speedmate").Gives(201);
        // The events of the pick-up are still pending.
        await taxi.StartAsync();
        await taxi.Machine.SettledAsync(id);
        await TaxiAgreement.CheckAsync(Http, id);
        Assert.Equal("Speedmate", (await Http.AskAsync($"GET /myPages/{id}").Gives(200)).At("driver"));
        Assert.True(await Http.OrderAsync() > id);
    }
}
