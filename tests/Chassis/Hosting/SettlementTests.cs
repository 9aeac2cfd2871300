using Mannam.Hosting;
using Mannam.Testing;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Hosting;

/// <summary>A saga has settled when no message of it is pending.</summary>
public sealed class SettlementTests(PostgresFixture postgres) : CountingTests(postgres)
{
    private static Task AskAsync(params ServiceHost[] services) => Settlement.SettledAsync(services, 1, TimeSpan.FromMilliseconds(50));

    private static Task<TimeoutException> AssertUnsettledAsync(params ServiceHost[] services) =>
        Assert.ThrowsAsync<TimeoutException>(() => AskAsync(services));

    [Fact]
    public async Task A_saga_is_not_settled_while_an_event_is_unsent_or_unhandled()
    {
        var counter = await World.StartAsync("counter");
        var ledger = await World.StartAsync("ledger");
        await ledger.HandleAllAsync();
        await AskAsync(counter, ledger);

        await counter.CountAsync(1);
        await AssertUnsettledAsync(counter, ledger);
        await counter.RelayAllAsync();
        await AssertUnsettledAsync(counter, ledger);
        await ledger.HandleAsync();
        await AssertUnsettledAsync(counter, ledger);
        await ledger.RelayAllAsync();
        await AssertUnsettledAsync(counter, ledger);
        await ledger.HandleAllAsync();

        await AskAsync(counter, ledger);
    }

    [Fact]
    public async Task A_saga_is_not_settled_while_a_scheduled_message_is_pending()
    {
        var counter = await World.StartAsync("counter");
        await counter.Counters().DecideAsync(1, c => c.Remind("hello"), Mannam.Abstractions.MessageContext.Internal());

        await AssertUnsettledAsync(counter);
        await counter.DoDueAsync();

        await AskAsync(counter);
    }

    [Fact]
    public async Task A_saga_is_not_settled_while_the_end_of_the_log_is_unknown()
    {
        var counter = await World.StartAsync("counter");
        await counter.CountAsync(1);
        await counter.RelayAsync();
        await World.StopLogAsync();
        var writer = await World.OpenLogAsync(run: false);
        var ledger = await World.StartAsync("ledger");
        Assert.False(await ledger.Loops["consumer"].StepAsync(Ct));

        await AssertUnsettledAsync(counter, ledger);
        await writer.StepAsync(Ct);
        await ledger.HandleAllAsync();

        Assert.Equal("1", await World.LedgerAsync(1));
    }
}
