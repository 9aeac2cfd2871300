using Mannam.Abstractions;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Local;

/// <summary>Guarantee 5: one log writer assigns offsets, so that reading by offset misses nothing.</summary>
public sealed class LogTests(PostgresFixture postgres) : CountingTests(postgres)
{
    private const string KillWriter =
        "select pg_terminate_backend(pid, 10000) from pg_locks where locktype = 'advisory' and objid = 3 and database = (select oid from pg_database where datname = current_database())";

    private static readonly EventSerializer Writer = new("/counting/counter", CountingEvents.Language, TimeProvider.System);

    private static TopicRecord Event(long saga, long number)
    {
        var row = Writer.Write(saga, new Counted(saga, number, "somebody"), MessageContext.Internal());
        return new TopicRecord(row.Key, row.Headers, row.Value);
    }

    private Task AppendAsync(params TopicRecord[] records) => World.Transport.PublishAsync(CountingSystem.Topic, records, Ct);

    [Fact]
    public async Task Offsets_of_a_partition_are_gapless_and_unique_under_concurrent_appends()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async appender =>
                {
                    for (var i = 0; i < 40; i++)
                        await AppendAsync([.. Enumerable.Range(0, 1 + i % 3).Select(j => Event(appender * 7 + i + j, i))]);
                })
        );

        await AssertGaplessAsync();
        Assert.Equal(8 * (13 * 6 + 1), (await World.EventsAsync()).Count);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public async Task A_log_keeps_its_number_of_partitions_whatever_is_configured_later(int configured)
    {
        var sagas = Enumerable.Range(1, 8).ToList();
        var ledger = await World.StartAsync("ledger");
        await AppendAsync([.. sagas.Select(saga => Event(saga, 1))]);
        await ledger.HandleAllAsync();
        await AppendAsync([.. sagas.Select(saga => Event(saga, 2))]);
        await World.StopAsync(ledger);
        await World.StopLogAsync();

        await World.OpenLogAsync(partitions: configured);
        ledger = await World.StartAsync("ledger");
        await AppendAsync([.. sagas.Select(saga => Event(saga, 3))]);
        await ledger.HandleAllAsync();

        foreach (var saga in sagas)
            Assert.Equal("1 2 3", await World.LedgerAsync(saga));
        Assert.All((await World.EventsAsync()).GroupBy(e => e.Key), saga => Assert.Single(saga.Select(e => e.Partition).Distinct()));
    }

    [Theory]
    [InlineData(2)] // Its records occupy more partitions.
    [InlineData(7)]
    public async Task An_older_log_adopts_the_larger_of_configured_and_used_partitions(int configured)
    {
        var sagas = Enumerable.Range(1, 8).ToList();
        await AppendAsync([.. sagas.Select(saga => Event(saga, 1))]);
        await World.StopLogAsync();
        await World.AskAsync<object>("log", "update history set partitions = null");

        await World.OpenLogAsync(partitions: configured);
        var ledger = await World.StartAsync("ledger");
        await ledger.HandleAllAsync();

        Assert.Equal(Math.Max(configured, World.Partitions), await World.AskAsync<int>("log", "select partitions from history"));
        foreach (var saga in sagas)
            Assert.Equal("1", await World.LedgerAsync(saga));
    }

    [Fact]
    public async Task A_log_whose_partition_count_changed_while_open_is_not_written()
    {
        await AppendAsync(Event(1, 1));
        await World.StopLogAsync();
        var writer = await World.OpenLogAsync(run: false);
        await writer.StepAsync(Ct);
        await World.AskAsync<object>("log", "update history set partitions = 7");
        await World.AskAsync<object>("log", KillWriter);

        // Every attempt fails.
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            var append = AppendAsync(Event(1, 2));
            await Assert.ThrowsAnyAsync<Exception>(() => writer.StepAsync(Ct));
            await Assert.ThrowsAsync<PublishException>(() => append);
        }

        await World.StopLogAsync();
        await World.OpenLogAsync();
        await AppendAsync(Event(1, 3));
        Assert.Equal([1, 3], (await World.EventsAsync(1)).Select(e => e.Number()));
    }

    [Theory]
    [InlineData("log.appending")]
    [InlineData("log.appended")]
    public async Task A_reader_does_not_skip_an_append_that_is_held_open(string point)
    {
        var ledger = await World.StartAsync("ledger");
        await AppendAsync(Event(1, 1));
        await ledger.HandleAllAsync();
        var hold = World.LogPoints.HoldOnceAt(point);

        var held = AppendAsync(Event(1, 2), Event(2, 1));
        await hold.Reached;
        var waiting = Enumerable.Range(3, 20).Select(number => AppendAsync(Event(1, number))).ToList();
        await ledger.HandleAllAsync();
        Assert.Equal("1", await World.LedgerAsync(1));
        Assert.False(waiting.Exists(w => w.IsCompleted));
        hold.Release();
        await Task.WhenAll(waiting.Append(held));
        await ledger.HandleAllAsync();

        Assert.Equal(string.Join(' ', Enumerable.Range(1, 22)), await World.LedgerAsync(1));
        Assert.Equal("1", await World.LedgerAsync(2));
        await AssertGaplessAsync();
    }

    [Fact]
    public async Task A_failed_append_leaves_no_gap()
    {
        await AppendAsync(Event(1, 1));
        World.LogPoints.FailOnceAt("log.appending");

        var failed = await Assert.ThrowsAsync<PublishException>(() => AppendAsync(Event(1, 2)));
        await AppendAsync(Event(1, 3));

        Assert.Empty(failed.Delivered);
        Assert.Equal([1, 3], (await World.EventsAsync(1)).Select(e => e.Number()));
        await AssertGaplessAsync();
    }

    [Fact]
    public async Task One_process_writes_the_log_and_another_takes_over_if_its_connection_dies()
    {
        await AppendAsync(Event(1, 1));
        var first = World.Transport;
        var other = await World.OpenLogAsync(run: false);

        var refused = AppendAsync(Event(1, 9));
        Assert.False(await other.StepAsync(Ct));
        await Assert.ThrowsAsync<PublishException>(() => refused);
        Assert.Single(await World.EventsAsync());

        // The first writer is held before its write, so that it does not take the lock again.
        var hold = World.LogPoints.HoldOnceAt("log.appending");
        var held = first.PublishAsync(CountingSystem.Topic, [Event(1, 2)], Ct);
        await hold.Reached;
        await World.AskAsync<object>("log", KillWriter);
        var taken = AppendAsync(Event(1, 3));
        Assert.True(await other.StepAsync(Ct));
        await taken;
        hold.Release();

        await Assert.ThrowsAsync<PublishException>(() => held);
        Assert.Equal([1, 3], (await World.EventsAsync(1)).Select(e => e.Number()));
        await AssertGaplessAsync();
    }

    [Theory]
    [InlineData("log.appending", 1)]
    [InlineData("log.appended", 2)]
    public async Task A_log_writer_that_failed_reads_the_ends_of_the_partitions_again(string point, int copies)
    {
        var counter = await World.StartAsync("counter", loops: true);
        var ledger = await World.StartAsync("ledger", loops: true);
        await counter.CountAsync(1);
        await World.SettledAsync(1, counter, ledger);
        World.LogPoints.FailOnceAt(point);

        await counter.CountAsync(1);
        await counter.CountAsync(1);

        await World.SettledAsync(1, counter, ledger);
        Assert.Equal("1 2 3", await World.LedgerAsync(1));
        Assert.Equal(copies, (await World.EventsAsync(1)).Count(e => e.Type == nameof(Counted) && e.Number() == 2));
        await AssertGaplessAsync();
    }

    [Fact]
    public async Task A_log_writer_whose_connection_was_killed_continues_without_loss()
    {
        var counter = await World.StartAsync("counter", loops: true);
        var ledger = await World.StartAsync("ledger", loops: true);
        await counter.CountAsync(1);
        await World.SettledAsync(1, counter, ledger);
        var hold = World.LogPoints.HoldOnceAt("log.appending");

        await counter.CountAsync(1);
        await hold.Reached;
        await World.AskAsync<object>("log", KillWriter);
        hold.Release();
        await counter.CountAsync(1);

        await World.SettledAsync(1, counter, ledger);
        Assert.Equal("1 2 3", await World.LedgerAsync(1));
        await AssertGaplessAsync();
    }

    [Fact]
    public async Task A_subscriber_behind_the_cached_tail_reads_on_from_the_database()
    {
        var ledger = await World.StartAsync("ledger");
        await AppendAsync(Event(1, 1));
        await ledger.HandleAllAsync();

        for (var number = 2; number <= 901; number += 100)
            await AppendAsync([.. Enumerable.Range(number, 100).Select(n => Event(1, n)), Event(2, number)]);
        await ledger.HandleAllAsync();

        Assert.Equal(string.Join(' ', Enumerable.Range(1, 901)), await World.LedgerAsync(1));
        Assert.Equal(9, (await World.LedgerAsync(2))!.Split(' ').Length);
    }

    private async Task AssertGaplessAsync() =>
        Assert.Equal(
            0,
            await World.AskAsync<long>(
                "log",
                """select count(*) from (select 1 from log group by partition having count(*) <> max("offset") + 1 or min("offset") <> 0) gaps"""
            )
        );
}
