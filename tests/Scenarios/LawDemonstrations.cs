using System.Diagnostics;
using Xunit;

namespace Mannam.Tests.Scenarios;

/// <summary>The demonstrations of Law's document (spec, law.md), driven over HTTP as a client would.</summary>
public sealed class LawDemonstrations(LawMachine law) : IClassFixture<LawMachine>
{
    private HttpClient Http => law.Http;

    private async Task<long> MadeAsync(string location) =>
        (long)
            (
                await Http.HttpieAsync(
                        $"http POST http://localhost:8081/consult mobile=01012345678 location={location} payType=ZEROPAY payAmount=150000"
                    )
                    .Gives(201)
            ).Json["consultId"]!;

    private async Task SettledAsync(params long[] consults)
    {
        foreach (var id in consults)
        {
            await law.Machine.SettledAsync(id);
            await LawAgreement.CheckAsync(Http, id);
        }
    }

    [Fact]
    public async Task A_client_asks_and_pays_a_lawyer_accepts_and_the_client_cancels()
    {
        var id = await MadeAsync("hanam");
        Assert.Equal("APPROVED", (await Http.HttpieAsync($"http http://localhost:8081/consult/payConsult/{id}").Gives(200)).At("status"));
        await SettledAsync(id);
        var schedule = await Http.ScheduleOfAsync(id);
        var accepted = await Http.HttpieAsync($"http http://localhost:8083/schedule/scheduleAccept/{schedule}/lawer1").Gives(200);
        Assert.Equal(("lawer1", "SCHEDULING"), (accepted.At("lawerName"), accepted.At("scheduleStatus")));
        await SettledAsync(id);
        await Http.HttpieAsync($"http DELETE http://localhost:8081/consult/{id}").Gives(204);
        await SettledAsync(id);
        Assert.Equal(("CANCELLED", "CANCELLED"), (await Http.StatusAsync(id), await Http.PaymentStatusAsync(id)));
        var ended = await Http.HttpieAsync($"http http://localhost:8083/schedule/{schedule}").Gives(200);
        Assert.Equal(("lawer1", "CANCELLED"), (ended.At("lawerName"), ended.At("scheduleStatus")));
        Assert.Equal(8, (await Http.HistoryAsync(id)).Length);
    }

    [Fact]
    public async Task A_client_outside_the_areas_served_is_denied_and_refunded()
    {
        var id = await MadeAsync("uijeongbu");
        await Http.PayAsync(id).Gives(200);
        await SettledAsync(id);
        Assert.Equal(("DENIED", "DISABLED"), (await Http.StatusAsync(id), await Http.PaymentStatusAsync(id)));
        Assert.Equal("DENIED", (await Http.CancelConsultAsync(id).Refuses(409)).At("detail"));
    }

    [Fact]
    public async Task Clients_ask_and_pay_while_schedule_and_board_are_stopped()
    {
        await law.Machine.StopAsync("law.schedule");
        await law.Machine.StopAsync("law.board");
        var (paid, cancelled, denied) = (await MadeAsync("hanam"), await MadeAsync("gangnam"), await MadeAsync("uijeongbu"));
        foreach (var id in (long[])[paid, cancelled, denied])
            await Http.PayAsync(id).Gives(200);
        await Http.CancelConsultAsync(cancelled).Gives(204);
        await Http.AskAsync("GET /schedule").Refuses(503);
        await Http.AskAsync($"GET /board/myPage/{paid}").Refuses(503);
        await law.Machine.SettledAsync(cancelled);
        Assert.Equal("CANCELLED", await Http.PaymentStatusAsync(cancelled));
        await law.StartAsync("law.schedule");
        await law.StartAsync("law.board");
        await SettledAsync(paid, cancelled, denied);
        Assert.Equal(("APPROVED", "DENIED"), (await Http.StatusAsync(paid), await Http.StatusAsync(denied)));
    }

    [Fact]
    public async Task A_consult_is_made_while_payment_is_stopped_and_paid_afterwards()
    {
        await law.Machine.StopAsync("law.payment");
        var id = await MadeAsync("hanam");
        await Http.PayAsync(id).Refuses(503);
        Assert.Equal("CREATED", await Http.StatusAsync(id));
        await law.StartAsync("law.payment");
        await Http.PayAsync(id).Gives(200);
        await SettledAsync(id);
    }

    [Fact]
    public async Task The_board_answers_while_all_other_services_are_down()
    {
        var id = await law.PaidAsync();
        string[] others = ["law.consult", "law.schedule", "law.payment", "provider"];
        foreach (var other in others)
            await law.Machine.StopAsync(other);
        Assert.Equal(4, (await Http.HistoryAsync(id)).Length);
        foreach (var other in others)
            await law.StartAsync(other);
        await SettledAsync(id);
    }
}

/// <summary>The demonstration that measures time; it runs alone.</summary>
[Collection(nameof(Alone))]
public sealed class LawSlowPayment(LawMachine law) : IClassFixture<LawMachine>
{
    [Fact]
    public async Task A_payment_of_five_seconds_times_out_at_three_and_counts_when_it_arrives()
    {
        await law.StartAsync(("Law:Consult:PaymentTimeout", "3000"));
        var (slow, other) = (await law.Http.MakeAsync(), await law.Http.MakeAsync());
        var began = Stopwatch.GetTimestamp();
        Task<Chassis.Http.Answer> paying;
        await using (await law.Http.ProviderAsync(new { delay = 5000 }))
        {
            paying = law.Http.PayAsync(slow);
            // The charge keeps the delay of its arrival.
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }
        await law.Http.PayAsync(other).Gives(200);
        Assert.False(paying.IsCompleted);
        var failed = await paying.Refuses(503);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 3.0, 4.9);
        Assert.Equal("No-Response or Timed-out. please, try later...", failed.At("detail"));
        for (var end = DateTime.UtcNow.AddSeconds(30); await law.Http.StatusAsync(slow) != "APPROVED" && DateTime.UtcNow < end; )
            await Task.Delay(50, TestContext.Current.CancellationToken);
        foreach (var id in (long[])[slow, other])
        {
            await law.Machine.SettledAsync(id);
            await LawAgreement.CheckAsync(law.Http, id);
        }
    }
}
