using Mannam.Tests.Chassis.Http;
using Xunit;

namespace Mannam.Tests.Scenarios;

/// <summary>Many concurrent calls on one request, and all services agree in the end.</summary>
public sealed class TaxiCrowds(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    private static void AreIn(IEnumerable<Answer> answers, params int[] allowed) =>
        Assert.All(answers, a => Assert.True(allowed.Contains(a.Status), $"{a.Status}: {a.Body}"));

    [Fact]
    public async Task One_of_two_hundred_drivers_who_take_one_request_at_once_succeeds()
    {
        var id = await taxi.OfferAsync();
        var answers = await Task.WhenAll(Enumerable.Range(1, 200).Select(i => Http.TakeAsync(id, $"driver{i}")));
        AreIn(answers, 201, 409);
        var winner = Assert.Single(answers, a => a.Status == 201);
        await taxi.Machine.SettledAsync(id);
        await TaxiAgreement.CheckAsync(Http, id);
        Assert.Equal(winner.At("driver"), (await Http.AskAsync($"GET /myPages/{id}").Gives(200)).At("driver"));
    }

    [Fact]
    public async Task Two_hundred_calls_of_one_driver_are_one_pick_up()
    {
        var id = await taxi.OfferAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Http.TakeAsync(id, "Speedmate")));
        AreIn(answers, 200, 201);
        Assert.Single(answers, a => a.Status == 201);
        await taxi.Machine.SettledAsync(id);
        await TaxiAgreement.CheckAsync(Http, id);
    }

    [Fact]
    public async Task A_rider_cancels_while_drivers_take_and_give_up()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => taxi.OfferAsync()));
        foreach (var some in ids.Chunk(5))
            await Task.WhenAll(some.Select(CancelledWhileTakenAsync));
        await AgreeAsync(ids, "Cancel");
    }

    private async Task CancelledWhileTakenAsync(long id)
    {
        var takes = new List<Task<Answer>>();
        var others = new List<Task<Answer>>();
        for (var i = 0; i < 3; i++)
        {
            takes.Add(Http.TakeAsync(id, $"driver{i}"));
            others.Add(Http.GiveUpAsync(id, $"driver{i}"));
        }
        // The cancellation races with the calls before and after it.
        var cancel = Http.CancelAsync(id);
        takes.Add(Http.TakeAsync(id, "last"));
        others.Add(Http.GiveUpAsync(id, "last"));
        await cancel.Gives(200);
        AreIn(await Task.WhenAll(takes), 201, 409);
        AreIn(await Task.WhenAll(others), 204, 404, 409);
    }

    [Fact]
    public async Task A_rider_cancels_before_the_drivers_have_heard_of_the_request()
    {
        var ids = await Task.WhenAll(
            Enumerable
                .Range(0, 30)
                .Select(async i =>
                {
                    var id = await Http.OrderAsync();
                    var take = Http.TakeAsync(id, "Speedmate");
                    AreIn(await Task.WhenAll(Http.CancelAsync(id), Http.CancelAsync(id)), 200);
                    AreIn([await take, await Http.TakeAsync(id, "Safemate")], 201, 404, 409);
                    return id;
                })
        );
        await AgreeAsync(ids, "Cancel");
    }

    [Fact]
    public async Task All_services_agree_after_drivers_take_and_give_up_a_request_in_turn()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => taxi.OfferAsync()));
        await Task.WhenAll(ids.SelectMany(id => Enumerable.Range(0, 4).Select(d => TakeAndGiveUpAsync(id, $"driver{d}"))));
        await AgreeAsync(ids, "PickupCancelled");
    }

    private async Task TakeAndGiveUpAsync(long id, string driver)
    {
        while ((await Http.TakeAsync(id, driver)).Status == 409) { }
        await Http.GiveUpAsync(id, driver).Gives(204);
    }

    [Fact]
    public async Task Declined_and_paid_requests_at_the_same_time_do_not_mix()
    {
        await using var limit = await Http.ProviderAsync(new { declineAbove = 100 });
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(i => Http.AskAsync("POST /catches", TaxiCalls.Order(price: 100 + i % 2)))
        );
        Assert.All(answers, (a, i) => Assert.Equal(i % 2 == 0 ? 201 : 402, a.Status));
        await AgreeAsync([.. answers.Where(a => a.Status == 201).Select(a => a.Recorded())], "approve");
        await AgreeAsync([.. answers.Where(a => a.Status == 402).Select(a => a.Recorded())], "Cancel");
    }

    private async Task AgreeAsync(long[] ids, string status)
    {
        foreach (var id in ids)
        {
            await taxi.Machine.SettledAsync(id);
            var agreement = await TaxiAgreement.CheckAsync(Http, id);
            Assert.Equal(status, (string)agreement.Catch["status"]!);
        }
    }
}
