using Xunit;

namespace Mannam.Tests.Payments;

/// <summary><c>/settings</c> sets the provider's behaviour. A change takes effect at once and survives a restart.</summary>
public sealed class ProviderSettingsTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    [Fact]
    public async Task Settings_survive_a_restart_of_the_provider()
    {
        await using var settings = await Http.ProviderAsync(
            new
            {
                declineAbove = 5000,
                delay = 7,
                jitter = 3,
            }
        );
        var before = await Http.AskAsync("GET /provider/settings").Gives(200);
        Assert.Equal(("5000", "7", "3", "ok"), (before.At("declineAbove"), before.At("delay"), before.At("jitter"), before.At("mode")));
        await taxi.Machine.StopAsync("provider");
        var stopped = await Http.AskAsync("GET /provider/settings").Refuses(503);
        Assert.NotNull(stopped.Header("Retry-After"));
        await taxi.StartAsync("provider");
        Assert.Equal(before.Body, (await Http.AskAsync("GET /provider/settings").Gives(200)).Body);
        await Http.AskAsync("PUT /provider/charges/after-restart", """{"amount": 5001}""").Refuses(402);
    }

    [Fact]
    public async Task A_setting_not_named_in_a_patch_stays_and_null_removes_the_limit()
    {
        await using var settings = await Http.ProviderAsync(new { declineAbove = 5000, delay = 7 });
        var changed = await Http.AskAsync("PATCH /provider/settings", """{"declineAbove": null}""").Gives(200);
        Assert.Null(changed.Json["declineAbove"]);
        Assert.Equal("7", changed.At("delay"));
        var nothing = await Http.AskAsync("PATCH /provider/settings", "{}").Gives(200);
        Assert.Equal(changed.Body, nothing.Body);
    }

    [Theory]
    [InlineData("""{"delay": -1}""", "delay")]
    [InlineData("""{"delay": "soon"}""", "delay")]
    [InlineData("""{"delay": null}""", "delay")]
    [InlineData("""{"jitter": 1.5}""", "jitter")]
    [InlineData("""{"declineAbove": -1}""", "declineAbove")]
    [InlineData("""{"mode": "sulk"}""", "mode")]
    public async Task A_malformed_setting_is_named_and_changes_nothing(string patch, string field)
    {
        var before = await Http.AskAsync("GET /provider/settings").Gives(200);
        await Http.AskAsync("PATCH /provider/settings", patch).Refuses(400, field);
        Assert.Equal(before.Body, (await Http.AskAsync("GET /provider/settings").Gives(200)).Body);
    }

    [Fact]
    public async Task A_charge_keeps_the_delay_of_its_arrival()
    {
        Task<Mannam.Tests.Chassis.Http.Answer> slow;
        HeldTimer delay;
        await using (await Http.ProviderAsync(new { delay = HeldTime.Held }))
        {
            slow = Http.AskAsync("PUT /provider/charges/slow", """{"amount": 1}""");
            delay = await taxi.Time.NextAsync();
        }
        await Http.AskAsync("PUT /provider/charges/fast", """{"amount": 1}""").Gives(201);
        Assert.Empty(await Http.LedgerAsync("slow"));
        Assert.False(slow.IsCompleted);
        delay.Elapse();
        await slow.Gives(201);
    }

    [Fact]
    public async Task A_charge_takes_the_delay_plus_a_random_part_of_the_jitter()
    {
        const int jitter = 5000;
        await using var settings = await Http.ProviderAsync(new { delay = HeldTime.Held, jitter });
        var delays = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var charge = Http.AskAsync($"PUT /provider/charges/jitter-{i}", """{"amount": 1}""");
            var timer = await taxi.Time.NextAsync();
            delays.Add(timer.DueTime.TotalMilliseconds);
            timer.Elapse();
            await charge.Gives(201);
        }
        Assert.All(delays, d => Assert.InRange(d, HeldTime.Held, HeldTime.Held + jitter));
        // Twenty equal values out of 5,001 occur once in 10^70 runs.
        Assert.True(delays.Distinct().Count() > 1);
    }

    [Fact]
    public async Task A_refund_does_not_wait_for_the_delay()
    {
        await using var settings = await Http.ProviderAsync(new { delay = HeldTime.Held });
        await Http.AskAsync("DELETE /provider/charges/at-once").Gives(200);
        Assert.False(taxi.Time.HasMore);
    }

    [Fact]
    public async Task A_charge_voided_during_its_delay_is_not_taken()
    {
        await using var settings = await Http.ProviderAsync(new { delay = HeldTime.Held });
        var charge = Http.AskAsync("PUT /provider/charges/overtaken", """{"amount": 1}""");
        var delay = await taxi.Time.NextAsync();
        await Http.AskAsync("DELETE /provider/charges/overtaken").Gives(200);
        delay.Elapse();
        await charge.Refuses(410);
        Assert.Empty(await Http.LedgerAsync("overtaken"));
    }
}
