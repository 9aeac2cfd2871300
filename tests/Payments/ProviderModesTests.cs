using Mannam.Tests.Chassis.Http;
using Xunit;

namespace Mannam.Tests.Payments;

/// <summary>The provider's modes imitate failures of a card company. The ledger shows which money moved.</summary>
public sealed class ProviderModesTests : IClassFixture<TaxiMachine>
{
    private const string Amount = """{"amount": 700}""";
    private readonly TaxiMachine taxi;

    public ProviderModesTests(TaxiMachine taxi)
    {
        this.taxi = taxi;
        // The test decides when the 20 s of a hanging charge end.
        taxi.Time.Holds = delay => delay == TimeSpan.FromSeconds(20) || delay == TimeSpan.FromMilliseconds(HeldTime.Held);
    }

    private HttpClient Http => taxi.Http;

    private Task<IAsyncDisposable> ModeAsync(string mode) => Http.ProviderAsync(new { mode });

    private Unanswered Ask(string charge)
    {
        var asked = new Unanswered(Http, charge, Amount);
        _ = asked.Answer;
        return asked;
    }

    private async Task IsTakenAsync(string charge)
    {
        while ((await Http.LedgerAsync(charge)).Length == 0)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.Equal(["charge 700"], await Http.LedgerAsync(charge));
        Assert.Equal("taken", (await Http.AskAsync($"GET /provider/charges/{charge}").Gives(200)).At("state"));
    }

    // Takes another charge and waits for it. Earlier pending charges would have been taken by then.
    private async Task AnotherIsTakenAsync()
    {
        var charge = $"another-{Guid.NewGuid()}";
        await using (await ModeAsync("ok"))
            await Http.AskAsync($"PUT /provider/charges/{charge}", Amount).Gives(201);
        await IsTakenAsync(charge);
    }

    private async Task NothingIsTakenAsync(string charge)
    {
        Assert.Empty(await Http.LedgerAsync(charge));
        await Http.AskAsync($"GET /provider/charges/{charge}").Refuses(404);
    }

    [Fact]
    public async Task Mode_fail_answers_500_and_takes_nothing()
    {
        await using (await ModeAsync("fail"))
            await Http.AskAsync("PUT /provider/charges/fail", Amount).Refuses(500);
        await NothingIsTakenAsync("fail");
        await Http.AskAsync("PUT /provider/charges/fail", Amount).Gives(201);
    }

    [Fact]
    public async Task Mode_refuse_closes_the_connection_unanswered_and_takes_nothing()
    {
        await using (await ModeAsync("refuse"))
            await Assert.ThrowsAsync<HttpRequestException>(() => Http.AskAsync("PUT /provider/charges/refuse", Amount));
        await NothingIsTakenAsync("refuse");
    }

    [Fact]
    public async Task Mode_rubbish_answers_200_without_JSON_and_takes_nothing()
    {
        await using (await ModeAsync("rubbish"))
        {
            var answer = await Http.AskAsync("PUT /provider/charges/rubbish", Amount).Gives(200);
            Assert.ThrowsAny<System.Text.Json.JsonException>(() => answer.Json);
        }
        await NothingIsTakenAsync("rubbish");
    }

    [Fact]
    public async Task Mode_mute_takes_at_once_and_never_answers()
    {
        await using var mode = await ModeAsync("mute");
        await using var asked = Ask("mute");
        await IsTakenAsync("mute");
    }

    [Fact]
    public async Task Mode_hang_never_answers_and_takes_20_s_later_even_after_a_hang_up()
    {
        await using var mode = await ModeAsync("hang");
        HeldTimer later;
        await using (Ask("hang"))
        {
            later = await taxi.Time.NextAsync();
            Assert.Equal(TimeSpan.FromSeconds(20), later.DueTime);
            await NothingIsTakenAsync("hang");
        }
        later.Elapse();
        await IsTakenAsync("hang");
    }

    [Theory]
    [InlineData("ok", "hang-ok")]
    [InlineData("mute", "hang-mute")]
    [InlineData("hang", "hang-again")]
    public async Task A_hanging_charge_is_not_taken_once_the_mode_has_changed(string then, string charge)
    {
        await using var mode = await ModeAsync("hang");
        await using var asked = Ask(charge);
        var later = await taxi.Time.NextAsync();
        await using var fail = await ModeAsync("fail");
        await using var next = await ModeAsync(then);
        later.Elapse();
        await AnotherIsTakenAsync();
        await NothingIsTakenAsync(charge);
    }

    [Fact]
    public async Task A_hanging_charge_is_not_taken_if_the_mode_changed_during_its_delay()
    {
        HeldTimer delay;
        Task<Answer> answer;
        await using (await Http.ProviderAsync(new { mode = "hang", delay = HeldTime.Held }))
        {
            answer = Http.AskAsync("PUT /provider/charges/hang-delayed", Amount);
            delay = await taxi.Time.NextAsync();
        }
        delay.Elapse();
        // The charge hangs until the provider stops.
        await StopAndStartAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
        Assert.False(taxi.Time.HasMore, "the charge waits to be taken later");
        await NothingIsTakenAsync("hang-delayed");
    }

    [Fact]
    public async Task A_hanging_charge_is_taken_if_only_other_settings_have_changed()
    {
        await using var mode = await ModeAsync("hang");
        await using var asked = Ask("hang-limit");
        var later = await taxi.Time.NextAsync();
        await Http.AskAsync("PATCH /provider/settings", """{"mode": "hang", "jitter": 1}""").Gives(200);
        later.Elapse();
        await IsTakenAsync("hang-limit");
    }

    [Fact]
    public async Task A_hanging_charge_that_is_voided_is_never_taken()
    {
        await using var mode = await ModeAsync("hang");
        await using var asked = Ask("hang-void");
        var later = await taxi.Time.NextAsync();
        await Http.AskAsync("DELETE /provider/charges/hang-void").Gives(200);
        later.Elapse();
        await AnotherIsTakenAsync();
        Assert.Empty(await Http.LedgerAsync("hang-void"));
    }

    [Fact]
    public async Task A_charge_is_answered_in_the_mode_of_its_arrival()
    {
        Task<Answer> answer;
        HeldTimer delay;
        await using (await Http.ProviderAsync(new { delay = HeldTime.Held }))
        {
            answer = Http.AskAsync("PUT /provider/charges/arrived", Amount);
            delay = await taxi.Time.NextAsync();
        }
        await using var fail = await ModeAsync("fail");
        delay.Elapse();
        await answer.Gives(201);
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("refuse")]
    [InlineData("rubbish")]
    [InlineData("hang")]
    [InlineData("mute")]
    public async Task A_mode_affects_only_charges_and_survives_a_restart(string mode)
    {
        await Http.AskAsync($"PUT /provider/charges/kept-{mode}", Amount).Gives(201);
        await using var settings = await ModeAsync(mode);
        await StopAndStartAsync();
        Assert.Equal(mode, (await Http.AskAsync("GET /provider/settings").Gives(200)).At("mode"));
        Assert.Equal("taken", (await Http.AskAsync($"GET /provider/charges/kept-{mode}").Gives(200)).At("state"));
        Assert.Equal("givenBack", (await Http.AskAsync($"DELETE /provider/charges/kept-{mode}").Gives(200)).At("state"));
        Assert.Equal(["charge 700", "giveBack 700"], await Http.LedgerAsync($"kept-{mode}"));
    }

    private async Task StopAndStartAsync()
    {
        await taxi.Machine.StopAsync("provider");
        await taxi.StartAsync("provider");
    }
}
