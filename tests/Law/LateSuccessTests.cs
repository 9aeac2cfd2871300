using Xunit;

namespace Mannam.Tests.Law;

/// <summary>A late success counts: an approval that arrives after its 503 makes the consult APPROVED, even after a crash in between. But a
/// cancellation wins.</summary>
public sealed class LateSuccessTests(LawMachine law) : IClassFixture<LawMachine>, IAsyncLifetime
{
    private HttpClient Http => law.Http;

    public async ValueTask InitializeAsync() =>
        await law.StartAsync(("Law:Consult:PaymentTimeout", "300"), ("Law:Payment:ResumeAfter", "100"));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A client pays, and the provider does not answer until the test releases it.</summary>
    private async Task<(long Id, HeldTimer Provider)> UnansweredAsync()
    {
        var id = await Http.MakeAsync();
        await using var slow = await Http.ProviderAsync(new { delay = HeldTime.Held });
        var failed = await Http.PayAsync(id).Refuses(503);
        Assert.Equal("No-Response or Timed-out. please, try later...", failed.At("detail"));
        Assert.NotNull(failed.Header("Retry-After"));
        return (id, await law.Time.NextAsync());
    }

    [Fact]
    public async Task An_approval_that_arrives_after_its_503_counts()
    {
        var (id, provider) = await UnansweredAsync();
        Assert.Equal("CREATED", await Http.StatusAsync(id));
        provider.Elapse();
        await UntilAsync(id, "APPROVED");
        await law.Machine.SettledAsync(id, TimeSpan.FromSeconds(60));
        Assert.Equal(["charge 150000"], await Http.LedgerAsync($"law-{id}"));
        Assert.Equal(
            "RECEIVED",
            (await Http.AskAsync($"GET /schedule/search/findByConsultId?consultId={id}").Gives(200)).At("scheduleStatus")
        );
        await Http.PayAsync(id).Gives(200);
    }

    [Fact]
    public async Task A_client_who_retries_joins_the_running_attempt_and_pays_once()
    {
        var (id, provider) = await UnansweredAsync();
        var again = Http.PayAsync(id);
        provider.Elapse();
        Assert.Contains((await again).Status, (int[])[200, 503]);
        await UntilAsync(id, "APPROVED");
        await law.Machine.SettledAsync(id, TimeSpan.FromSeconds(60));
        Assert.Equal(["charge 150000"], await Http.LedgerAsync($"law-{id}"));
    }

    [Fact]
    public async Task A_consult_cancelled_during_payment_stays_cancelled_and_is_refunded()
    {
        var (id, provider) = await UnansweredAsync();
        await Http.CancelConsultAsync(id).Gives(204);
        // Payment learns of the cancellation before the provider answers.
        await law.Machine.SettledAsync(id, TimeSpan.FromSeconds(60));
        provider.Elapse();
        await law.Machine.SettledAsync(id, TimeSpan.FromSeconds(60));
        Assert.Equal("CANCELLED", await Http.StatusAsync(id));
        Assert.Equal(["ConsultMade", "ConsultCancelled"], await Http.HistoryAsync(id));
        Assert.Null(await Http.PaymentStatusAsync(id));
        Assert.Contains(
            await Http.LedgerAsync($"law-{id}"),
            (string[][])
                [
                    [],
                    ["charge 150000", "giveBack 150000"],
                ]
        );
    }

    [Fact]
    public async Task A_charge_under_way_when_payment_died_is_asked_again_and_counts()
    {
        var id = await Http.MakeAsync();
        await using (await Http.ProviderAsync(new { mode = "mute" }))
        {
            // The provider takes the money but does not answer.
            await Http.PayAsync(id).Refuses(503);
            await law.Machine.StopAsync("law.payment");
        }
        await law.StartAsync("law.payment");
        await UntilAsync(id, "APPROVED");
        await law.Machine.SettledAsync(id, TimeSpan.FromSeconds(60));
        Assert.Equal(["charge 150000"], await Http.LedgerAsync($"law-{id}"));
        Assert.Equal("APPROVED", await Http.PaymentStatusAsync(id));
    }

    [Fact]
    public async Task A_declined_payment_is_not_retried_by_itself()
    {
        await law.StartAsync(("Law:Payment:ResumeAfter", "100"));
        var id = await Http.MakeAsync();
        await using (await Http.ProviderAsync(new { declineAbove = 1000 }))
            await Http.PayAsync(id).Refuses(402);
        // More than two sweeps.
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        await law.Machine.SettledAsync(id);
        Assert.Equal("CREATED", await Http.StatusAsync(id));
        Assert.Empty(await Http.LedgerAsync($"law-{id}"));
    }

    private async Task UntilAsync(long id, string status)
    {
        for (var end = DateTime.UtcNow.AddSeconds(60); await Http.StatusAsync(id) != status && DateTime.UtcNow < end; )
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(status, await Http.StatusAsync(id));
    }
}
