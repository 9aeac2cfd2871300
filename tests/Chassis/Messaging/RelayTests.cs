using Mannam.Abstractions;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Mannam.Tests.Chassis.Kafka;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>Guarantee 1, second half: committed events are published.</summary>
public abstract class RelayTests(PostgresFixture postgres, KafkaFixture? kafka) : CountingTests(postgres, kafka)
{
    [Theory]
    [InlineData("relay.publishing", 1)]
    [InlineData("relay.published", 2)]
    public async Task A_relay_that_dies_publishes_again_and_the_event_has_one_effect(string point, int published)
    {
        var counter = await World.StartAsync("counter");
        await counter.CountAsync(1);
        counter.Failpoints.FailOnceAt(point);
        await Assert.ThrowsAsync<FailedAtException>(counter.RelayAsync);
        await World.StopAsync(counter);

        var again = await World.StartAsync("counter");
        await again.RelayAsync();
        var ledger = await World.StartAsync("ledger");
        await ledger.HandleAllAsync();

        Assert.Equal(published, (await World.EventsAsync(1)).Count);
        Assert.Equal("1", await World.LedgerAsync(1));
    }

    [Fact]
    public async Task A_published_event_is_removed_and_not_published_again()
    {
        var counter = await World.StartAsync("counter");
        await counter.CountAsync(1);

        await counter.RelayAsync();
        await counter.RelayAsync();

        Assert.Single(await World.EventsAsync(1));
        Assert.Equal(0, await World.AskAsync<long>("counter", "select count(*) from outbox"));
    }

    [Fact]
    public async Task An_event_committed_after_later_ones_were_published_is_not_lost()
    {
        var counter = await World.StartAsync("counter");
        await using var connection = new NpgsqlConnection(await World.DatabaseAsync("counter"));
        await connection.OpenAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await InsertAsync(
            connection,
            new EventSerializer("/counting/counter", CountingEvents.Language, TimeProvider.System),
            new Counted(7, 1, "slow")
        );

        await counter.CountAsync(1);
        await counter.CountAsync(1);
        await counter.RelayAsync();
        Assert.Equal(2, (await World.EventsAsync()).Count);
        await transaction.CommitAsync(Ct);
        await counter.RelayAsync();

        Assert.Single(await World.EventsAsync(7));
        Assert.Equal(3, (await World.EventsAsync()).Count);
    }

    private static async Task InsertAsync(NpgsqlConnection connection, EventSerializer events, Counted counted)
    {
        var row = events.Write(counted.Id, counted, MessageContext.Internal());
        await using var insert = new NpgsqlCommand(
            "insert into outbox (event_id, key, headers, value) values ($1, $2, $3::json, $4::json)",
            connection
        )
        {
            Parameters =
            {
                new() { Value = row.EventId },
                new() { Value = row.Key },
                new() { Value = row.Headers },
                new() { Value = row.Value },
            },
        };
        await insert.ExecuteNonQueryAsync(Ct);
    }

    [Fact]
    public async Task One_of_two_relays_publishes_and_the_other_takes_over_when_it_dies()
    {
        var active = await World.StartAsync("counter");
        var waiting = await World.StartAsync("counter");
        await active.RelayAsync();

        await active.CountAsync(1);
        await waiting.RelayAsync();
        Assert.Empty(await World.EventsAsync());

        await World.AskAsync<object>(
            "counter",
            "select pg_terminate_backend(pid, 10000) from pg_locks where locktype = 'advisory' and objid = 2 and database = (select oid from pg_database where datname = current_database())"
        );
        await waiting.RelayAsync();
        Assert.Single(await World.EventsAsync());

        await active.CountAsync(1);
        await Assert.ThrowsAnyAsync<NpgsqlException>(active.RelayAsync);
        await active.RelayAsync();
        Assert.Single(await World.EventsAsync());
        await waiting.RelayAsync();
        Assert.Equal(2, (await World.EventsAsync()).Count);
    }

    [Fact]
    public async Task More_events_than_one_step_takes_are_published_in_their_order()
    {
        var counter = await World.StartAsync("counter");
        await counter.Counters().DecideAsync(1, c => c.CountTimes(1100, "somebody"), MessageContext.Internal());

        var steps = 0;
        while (await counter.RelayAsync())
            steps++;

        Assert.Equal(3, steps);
        Assert.Equal(Enumerable.Range(1, 1100), (await World.EventsAsync(1)).Select(e => e.Number()));
    }

    [Fact]
    public async Task A_relay_that_stops_in_order_leaves_an_empty_outbox()
    {
        var counter = await World.StartAsync("counter");
        await counter.CountAsync(1);

        Assert.True(await counter.RelayAsync());
        await World.StopAsync(counter);

        Assert.Equal(0, await World.AskAsync<long>("counter", "select count(*) from outbox"));
    }
}
