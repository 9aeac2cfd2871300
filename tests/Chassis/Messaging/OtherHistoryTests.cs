using System.Text.RegularExpressions;
using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>Guarantee 2 after the log or a service's database was restored or recreated.</summary>
public sealed partial class OtherHistoryTests(PostgresFixture postgres) : CountingTests(postgres)
{
    private const string KillWriter =
        "select pg_terminate_backend(pid, 10000) from pg_locks where locktype = 'advisory' and objid = 3 and database = (select oid from pg_database where datname = current_database())";

    private static readonly EventSerializer Writer = new("/counting/counter", CountingEvents.Language, TimeProvider.System);

    private static TopicRecord Event(long saga, long number)
    {
        var row = Writer.Write(saga, new Counted(saga, number, "somebody"), MessageContext.Internal());
        return new TopicRecord(row.Key, row.Headers, row.Value);
    }

    [GeneratedRegex("(?<=\"ce_id\":\")[^\"]*")]
    private static partial Regex Id();

    private static TopicRecord Aged(TopicRecord record, TimeSpan age) =>
        record with
        {
            Headers = Id().Replace(record.Headers, Guid.CreateVersion7(DateTimeOffset.UtcNow - age).ToString()),
        };

    // The writer may just be noticing its lost connection. A relay would retry, too.
    private async Task PublishAsync(params TopicRecord[] records)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await World.Transport.PublishAsync(World.Topic, records, Ct);
                return;
            }
            catch (PublishException) when (attempt < 100)
            {
                await Task.Delay(20, Ct);
            }
        }
    }

    private Task<object?> LogAsync(string sql) => World.AskAsync<object>("log", sql);

    private Task<object?> BackUpAsync() => LogAsync("create table backup as select * from log");

    // Like pg_restore --clean, with the writer's connection killed.
    private async Task RestoreAsync()
    {
        await LogAsync("truncate log; insert into log select * from backup");
        await LogAsync(KillWriter);
    }

    private static async Task<string?> NoticeAsync(ServiceHost service) =>
        (await service.HealthAsync(Ct)).Details.GetValueOrDefault("history");

    [Theory]
    [InlineData(1)] // The log ends before the position.
    [InlineData(9)] // Other records are at the same offsets and beyond the position.
    public async Task A_log_restored_from_a_backup_loses_no_later_event(int later)
    {
        var ledger = await World.StartAsync("ledger", loops: true);
        await PublishAsync(Event(1, 1));
        await World.SettledAsync(1, ledger);
        await BackUpAsync();
        await PublishAsync(Event(1, 2), Event(1, 3));
        await World.SettledAsync(1, ledger);

        await RestoreAsync();
        await PublishAsync([.. Enumerable.Range(4, later).Select(number => Event(1, number))]);

        await World.SettledAsync(1, ledger);
        Assert.Equal(string.Join(' ', Enumerable.Range(1, 3 + later)), await World.LedgerAsync(1));
        Assert.NotNull(await NoticeAsync(ledger));
    }

    [Fact]
    public async Task Cached_events_of_the_log_before_a_restore_are_not_delivered()
    {
        var ledger = await World.StartAsync("ledger", loops: true);
        await PublishAsync(Event(1, 1), Event(1, 2));
        await World.SettledAsync(1, ledger);
        await BackUpAsync();
        // A log of the same length, with another record at the same offset.
        await LogAsync(
            """
            update backup set headers = jsonb_set(headers::jsonb, '{ce_id}', to_jsonb(gen_random_uuid()::text))::json,
                value = jsonb_set(value::jsonb, '{number}', '7')::json where "offset" = 1
            """
        );

        await RestoreAsync();
        await PublishAsync(Event(1, 8));

        await World.SettledAsync(1, ledger);
        Assert.Equal("1 2 7 8", await World.LedgerAsync(1));
    }

    [Fact]
    public async Task A_service_that_was_stopped_notices_a_restored_log()
    {
        var ledger = await World.StartAsync("ledger");
        await PublishAsync(Event(1, 1));
        await BackUpAsync();
        await PublishAsync(Event(1, 2), Event(1, 3));
        await ledger.HandleAllAsync();
        await World.StopAsync(ledger);
        await RestoreAsync();
        await PublishAsync(Event(1, 4), Event(1, 5), Event(1, 6));

        var again = await World.StartAsync("ledger");
        await again.HandleAllAsync();

        Assert.Equal("1 2 3 4 5 6", await World.LedgerAsync(1));
        Assert.Contains("another one", await NoticeAsync(again));
    }

    [Fact]
    public async Task A_log_recreated_while_services_run_is_read_from_its_beginning()
    {
        var counter = await World.StartAsync("counter", loops: true);
        var ledger = await World.StartAsync("ledger", loops: true);
        await counter.CountAsync(1);
        await counter.CountAsync(1);
        await World.SettledAsync(1, counter, ledger);

        await LogAsync("drop table log, history, schema_steps");
        await LogAsync(KillWriter);
        for (var i = 0; i < 9; i++)
            await counter.CountAsync(1);

        await World.SettledAsync(1, counter, ledger);
        Assert.Equal("1 2 3 4 5 6 7 8 9 10 11", await World.LedgerAsync(1));
        Assert.Contains("made anew", await NoticeAsync(ledger));
    }

    [Theory]
    [InlineData(2, false)] // Only records that were read are deleted: nothing is lost.
    [InlineData(4, true)]
    public async Task Deleted_unread_records_are_reported_and_the_rest_is_read(int deleted, bool told)
    {
        var ledger = await World.StartAsync("ledger");
        await PublishAsync(Event(1, 1), Event(1, 2));
        await ledger.HandleAllAsync();
        await World.StopAsync(ledger);
        await PublishAsync(Event(1, 3), Event(1, 4), Event(1, 5), Event(1, 6));
        await LogAsync($"""delete from log where partition = 1 and "offset" < {deleted}""");

        var again = await World.StartAsync("ledger");
        await again.HandleAllAsync();

        Assert.Equal(told ? "1 2 5 6" : "1 2 3 4 5 6", await World.LedgerAsync(1));
        Assert.Equal(told, await NoticeAsync(again) is not null);
    }

    [Fact]
    public async Task A_position_without_a_history_id_is_kept_and_nothing_is_read_again()
    {
        var ledger = await World.StartAsync("ledger");
        await PublishAsync(Event(1, 1), Event(1, 2));
        await ledger.HandleAllAsync();
        await World.StopAsync(ledger);
        // As an older version left it. Without the inbox, reading an event twice would have two effects.
        await World.AskAsync<object>("ledger", "update positions set history = null, last = null; truncate inbox");
        await PublishAsync(Event(1, 3));

        var again = await World.StartAsync("ledger");
        await again.HandleAllAsync();

        Assert.Equal("1 2 3", await World.LedgerAsync(1));
        Assert.Null(await NoticeAsync(again));
        Assert.Equal(0, await World.AskAsync<long>("ledger", "select count(*) from positions where history is null"));
    }

    [Fact]
    public async Task Events_forgotten_by_the_inbox_have_no_second_effect_when_read_again()
    {
        var (old, older) = (Aged(Event(1, 2), TimeSpan.FromDays(35)), Aged(Event(1, 1), TimeSpan.FromDays(40)));
        var ledger = await World.StartAsync("ledger");
        await PublishAsync(older, old, Event(2, 1));
        await ledger.HandleAllAsync();
        await World.AskAsync<object>("ledger", "update inbox set at = now() - interval '34 days'");
        await ledger.DoDueAsync();
        Assert.Equal(1, await World.AskAsync<long>("ledger", "select count(*) from inbox"));
        await World.StopAsync(ledger);
        await LogAsync("update history set id = gen_random_uuid()");
        await PublishAsync(Event(1, 3));

        var again = await World.StartAsync("ledger");
        await again.HandleAllAsync();

        Assert.Equal("1 2 3", await World.LedgerAsync(1));
        Assert.Equal("1", await World.LedgerAsync(2));
        // A service that is new to the topic has handled none of them, so they take effect.
        var audit = await World.StartAsync("audit");
        await audit.HandleAllAsync();
        Assert.Equal("1 2 3", await World.AskAsync<string>("audit", "select counted from audits where key = 1"));
    }

    [Fact]
    public async Task A_dropped_event_stays_without_effect_when_it_is_read_again()
    {
        var fails = true;
        World.System.BeforeEntering = counted => _ = fails && counted.Number == 1 ? throw new PermanentException("no") : 0;
        var ledger = await World.StartAsync("ledger");
        await PublishAsync(Event(1, 1), Event(1, 2));
        await ledger.HandleAllAsync();
        await ledger.DrainAllAsync();
        await using var database = Npgsql.NpgsqlDataSource.Create(await World.DatabaseAsync("ledger"));
        Assert.Single(await new DeadLetters(database).DropAsync(new([], null), Ct));
        await World.StopAsync(ledger);
        await LogAsync("update history set id = gen_random_uuid()");
        fails = false;

        var again = await World.StartAsync("ledger");
        await again.HandleAllAsync();

        Assert.Equal("2", await World.LedgerAsync(1));
    }
}
