using Xunit;

namespace Mannam.Tests.Scenarios;

/// <summary>The demonstrations of Insurance's document (spec, insurance.md), driven over HTTP as a client would.</summary>
[Collection(nameof(InsuranceMachine))]
public sealed class InsuranceDemonstrations(InsuranceMachine insurance)
{
    private HttpClient Http => insurance.Http;

    private async Task<long> AppliedAsync(string product = "Fisrtcancer") =>
        (long)
            (
                await Http.HttpieAsync($"http POST http://gateway:8080/subscriptions subscriptionStatus=created productName={product}")
                    .Gives(201)
            ).Json["subscriptionId"]!;

    private async Task SettledAsync(params long[] applications)
    {
        foreach (var id in applications)
        {
            await insurance.Machine.SettledAsync(id);
            await InsuranceAgreement.CheckAsync(Http, id);
        }
    }

    private async Task<long> CaseOfAsync(long id) => (long)(await Http.CaseAsync(id))!["underwritingId"]!;

    [Fact]
    public async Task A_customer_applies_and_an_underwriter_approves()
    {
        var id = await AppliedAsync();
        await SettledAsync(id);
        var underwriting = await CaseOfAsync(id);
        await Http.HttpieAsync(
                $"http PATCH http://gateway:8080//underwritings/{underwriting} underwritingStatus=approveSubscription subscriptionId={id}"
            )
            .Gives(200);
        await SettledAsync(id);
        Assert.Equal("contracted", await Http.ApplicationStatusAsync(id));
        var payment = (long)(await Http.PremiumAsync(id))!["paymentId"]!;
        Assert.Equal(
            "approvePayment",
            (await Http.HttpieAsync($"http GET http://gateway:8080/payments/{payment}").Gives(200)).At("paymentStatus")
        );
        Assert.Equal(
            "contracted",
            (await Http.HttpieAsync($"http GET http://localhost:8088/subsciptionViews/{id}").Gives(200)).At("subscriptionStatus")
        );
    }

    [Fact]
    public async Task An_underwriter_refuses_all_services_show_it_and_the_money_goes_back()
    {
        var id = await AppliedAsync();
        await SettledAsync(id);
        var underwriting = await CaseOfAsync(id);
        await Http.HttpieAsync(
                $"http PATCH http://localhost:8088/underwritings/{underwriting} underwritingStatus=refuseSubscription subscriptionId={id}"
            )
            .Gives(200);
        await SettledAsync(id);
        foreach (
            var (collection, field, word) in new[]
            {
                ("underwritings", "underwritingStatus", "refuseSubscription"),
                ("payments", "paymentStatus", "cancelPayment_refused"),
                ("subscriptions", "subscriptionStatus", "confirmRefuse"),
            }
        )
        {
            var rows = (await Http.AskAsync($"GET /{collection}?sort=subscriptionId,desc").Gives(200)).Rows(collection);
            Assert.Equal(word, (string?)rows.Single(r => (long)r["subscriptionId"]! == id)[field]);
        }
        Assert.Equal(["charge 50000", "giveBack 50000"], await Http.LedgerAsync($"insurance-{id}"));
    }

    [Fact]
    public async Task An_application_cancelled_while_underwriting_is_stopped_is_withdrawn()
    {
        await insurance.Machine.StopAsync("insurance.underwriting");
        var id = await AppliedAsync();
        await insurance.Machine.SettledAsync(id);
        await Http.HttpieAsync($"http PATCH http://localhost:8088/subscriptions/{id} subscriptionStatus=reqCancel").Gives(200);
        await insurance.Machine.SettledAsync(id);
        Assert.Equal("confirmCancel", await Http.ApplicationStatusAsync(id));
        await insurance.StartAsync("insurance.underwriting");
        await SettledAsync(id);
        var withdrawn = (await Http.CaseAsync(id))!;
        Assert.Equal("withdrawn", (string?)withdrawn["underwritingStatus"]);
        Assert.Equal(
            "withdrawn",
            (await Http.DecideAsync((long)withdrawn["underwritingId"]!, "approveSubscription").Refuses(409)).At("detail")
        );
    }

    [Fact]
    public async Task Applications_made_while_underwriting_is_stopped_are_assigned_when_it_returns()
    {
        await insurance.Machine.StopAsync("insurance.underwriting");
        long[] ids = [await AppliedAsync("Fisrtcancer3"), await AppliedAsync("Fisrtcancer3")];
        await Http.AskAsync("GET /underwritings").Refuses(503);
        foreach (var id in ids)
        {
            await insurance.Machine.SettledAsync(id);
            Assert.Equal("confirmPaymentId", await Http.ApplicationStatusAsync(id));
            Assert.Equal("confirmPaymentId", (string?)(await Http.ViewAsync(id))!["subscriptionStatus"]);
        }
        await insurance.StartAsync("insurance.underwriting");
        await SettledAsync(ids);
        foreach (var id in ids)
            Assert.Equal("confirmUnderwriterId", await Http.ApplicationStatusAsync(id));
    }

    [Fact]
    public async Task An_application_fails_while_payment_is_stopped_and_succeeds_afterwards()
    {
        await insurance.Machine.StopAsync("insurance.payment");
        var failed = await Http.HttpieAsync(
                "http POST http://gateway:8080/subscriptions subscriptionStatus=created productName=Fisrtcancer"
            )
            .Refuses(503);
        await insurance.StartAsync("insurance.payment");
        await SettledAsync(await AppliedAsync(), failed.Recorded());
        Assert.Equal("confirmCancel", await Http.ApplicationStatusAsync(failed.Recorded()));
    }

    [Fact]
    public async Task The_view_answers_while_all_other_services_are_down()
    {
        var id = await AppliedAsync();
        await SettledAsync(id);
        string[] others = ["insurance.subscription", "insurance.underwriting", "insurance.payment", "provider"];
        foreach (var other in others)
            await insurance.Machine.StopAsync(other);
        var rows = (await Http.HttpieAsync("http GET http://localhost:8088/subsciptionViews").Gives(200)).Rows("subsciptionViews");
        Assert.Equal("confirmUnderwriterId", (string?)rows.Single(r => (long)r["subscriptionId"]! == id)["subscriptionStatus"]);
        foreach (var other in others)
            await insurance.StartAsync(other);
        await SettledAsync(id);
    }

    [Fact]
    public async Task All_services_agree_when_cancellations_and_decisions_race()
    {
        var ends = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(async i =>
                {
                    var id = await AppliedAsync();
                    var cancels = Http.CancelApplicationAsync(id);
                    var decision = i % 2 == 0 ? "approveSubscription" : "refuseSubscription";
                    for (var asked = 0; asked < 3 && await Http.CaseAsync(id) is { } open; asked++)
                        Assert.Contains((await Http.DecideAsync((long)open["underwritingId"]!, decision)).Status, new[] { 200, 409 });
                    return (id, Cancelled: (await cancels).Status);
                })
        );
        foreach (var (id, cancelled) in ends)
        {
            await SettledAsync(id);
            Assert.Equal(cancelled == 200, await Http.ApplicationStatusAsync(id) == "confirmCancel");
        }
    }
}
