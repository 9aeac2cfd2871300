using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Local;

/// <summary>The log over a connection that a test cuts.</summary>
public sealed class LogCutTests(PostgresFixture postgres) : CountingTests(postgres)
{
    private Wire _wire = null!;

    public override async ValueTask InitializeAsync()
    {
        _wire = await World.WireAsync("log");
        await World.OpenLogAsync(database: _wire.ConnectionString);
    }

    [Fact]
    public async Task An_append_is_handled_once_even_if_its_connection_is_cut_during_commit()
    {
        var counter = await World.StartAsync("counter", loops: true);
        var ledger = await World.StartAsync("ledger", loops: true);
        await counter.CountAsync(1);
        await World.SettledAsync(1, counter, ledger);
        var cut = _wire.CutAtNextBatch();

        await counter.CountAsync(1);

        await cut;
        await World.SettledAsync(1, counter, ledger);
        Assert.Equal(2, (await World.EventsAsync(1)).Count(e => e.Number() == 2 && e.Type == nameof(Counted)));
        Assert.Equal("1 2", await World.LedgerAsync(1));
    }

    [Fact]
    public async Task An_append_while_the_log_is_unreachable_fails_and_nothing_is_lost()
    {
        var counter = await World.StartAsync("counter");
        await counter.CountAsync(1);
        _wire.Break();

        await Assert.ThrowsAsync<PublishException>(RelayAsync);
        // The second attempt cannot open a connection.
        await Assert.ThrowsAsync<PublishException>(RelayAsync);
        _wire.Mend();
        var ledger = await World.StartAsync("ledger", loops: true);
        while (await World.AskAsync<long>("counter", "select count(*) from outbox") > 0)
            await Xunit.Record.ExceptionAsync(RelayAsync);

        await World.SettledAsync(1, counter, ledger);
        Assert.Equal("1", await World.LedgerAsync(1));
        Task<bool> RelayAsync() => counter.RelayAsync().WaitAsync(TimeSpan.FromSeconds(30), Ct);
    }
}
