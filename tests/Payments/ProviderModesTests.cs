using Mannam.Tests.Chassis.Http;
using Xunit;

namespace Mannam.Tests.Payments;

/// <summary>The provider can do anything that a card company can do to its caller; what money moved by it stands in the ledger.</summary>
public sealed class ProviderModesTests : IClassFixture<TaxiMachine>
{
    private const string Amount = """{"amount": 700}""";
    private readonly TaxiMachine taxi;

    public ProviderModesTests(TaxiMachine taxi)
    {
        this.taxi = taxi;
        // So that the 20 s of a charge that hangs end when the test says.
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

    // So what was about to be taken has been by now.
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
    public async Task Fail_answers_500_and_takes_nothing()
    {
        await using (await ModeAsync("fail"))
            await Http.AskAsync("PUT /provider/charges/fail", Amount).Refuses(500);
        await NothingIsTakenAsync("fail");
        await Http.AskAsync("PUT /provider/charges/fail", Amount).Gives(201);
    }

    [Fact]
    public async Task Refuse_closes_the_connection_unanswered_and_takes_nothing()
    {
        await using (await ModeAsync("refuse"))
            await Assert.ThrowsAsync<HttpRequestException>(() => Http.AskAsync("PUT /provider/charges/refuse", Amount));
        await NothingIsTakenAsync("refuse");
    }

    [Fact]
    public async Task Rubbish_answers_200_with_what_is_no_JSON_and_takes_nothing()
    {
        await using (await ModeAsync("rubbish"))
        {
            var answer = await Http.AskAsync("PUT /provider/charges/rubbish", Amount).Gives(200);
            Assert.ThrowsAny<System.Text.Json.JsonException>(() => answer.Json);
        }
        await NothingIsTakenAsync("rubbish");
    }

    [Fact]
    public async Task Mute_takes_at_once_and_never_answers()
    {
        await using var mode = await ModeAsync("mute");
        await using var asked = Ask("mute");
        await IsTakenAsync("mute");
    }

    [Fact]
    public async Task Hang_does_not_answer_and_takes_20_s_later_though_the_caller_has_hung_up()
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
    public async Task A_charge_that_hangs_is_not_taken_once_the_mode_has_changed(string then, string charge)
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
    public async Task What_hangs_is_not_taken_when_the_mode_has_changed_while_it_was_still_delayed()
    {
        HeldTimer delay;
        Task<Answer> answer;
        await using (await Http.ProviderAsync(new { mode = "hang", delay = HeldTime.Held }))
        {
            answer = Http.AskAsync("PUT /provider/charges/hang-delayed", Amount);
            delay = await taxi.Time.NextAsync();
        }
        delay.Elapse();
        // It hangs until the provider stops, which ends all waiting.
        await StopAndStartAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
        Assert.False(taxi.Time.HasMore, "it waits to be taken later");
        await NothingIsTakenAsync("hang-delayed");
    }

    [Fact]
    public async Task Another_setting_than_the_mode_does_not_keep_what_hangs_from_being_taken()
    {
        await using var mode = await ModeAsync("hang");
        await using var asked = Ask("hang-limit");
        var later = await taxi.Time.NextAsync();
        await Http.AskAsync("PATCH /provider/settings", """{"mode": "hang", "jitter": 1}""").Gives(200);
        later.Elapse();
        await IsTakenAsync("hang-limit");
    }

    [Fact]
    public async Task What_hangs_and_is_voided_before_is_never_taken()
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
    public async Task A_charge_is_answered_in_the_mode_in_force_when_it_arrived()
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
    public async Task A_mode_concerns_charges_alone_and_is_kept_over_a_restart(string mode)
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
