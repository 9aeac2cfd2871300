using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Mannam.PostgreSql;
using Mannam.Tests.Chassis.Counting;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>A service's own database is restored from a backup, while the topic is not.</summary>
public sealed class RestoredDatabaseTests(PostgresFixture postgres) : CountingTests(postgres)
{
    private static readonly EventSerializer Writer = new("/counting/counter", CountingEvents.Language, TimeProvider.System);
    private readonly PostgresFixture _postgres = postgres;

    private static TopicRecord Event(long saga, long number)
    {
        var row = Writer.Write(saga, new Counted(saga, number, "somebody"), MessageContext.Internal());
        return new TopicRecord(row.Key, row.Headers, row.Value);
    }

    private Task PublishAsync(params TopicRecord[] records) => World.Transport.PublishAsync(World.Topic, records, Ct);

    // The service is stopped, so the database has no connections.
    private async Task<string> CopyAsync(string database)
    {
        var copy = await _postgres.CreateDatabaseAsync();
        var (from, to) = (new NpgsqlConnectionStringBuilder(database), new NpgsqlConnectionStringBuilder(copy));
        NpgsqlConnection.ClearAllPools();
        await _postgres.ExecuteAsync("postgres", $"drop database {to.Database}");
        await _postgres.ExecuteAsync("postgres", $"create database {to.Database} template {from.Database}");
        return new NpgsqlConnectionStringBuilder(database) { Database = to.Database }.ToString();
    }

    private static async Task<T?> AskAsync<T>(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ToString());
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Ct) is T value ? value : default;
    }

    [Fact]
    public async Task A_service_on_a_restored_database_handles_the_lost_events_again()
    {
        var ledger = await World.StartAsync("ledger");
        await PublishAsync(Event(1, 1));
        await ledger.HandleAllAsync();
        await ledger.RelayAllAsync();
        await World.StopAsync(ledger);
        var backup = await CopyAsync(await World.DatabaseAsync("ledger"));
        var later = await World.StartAsync("ledger");
        await PublishAsync(Event(1, 2), Event(7, 1));
        await later.HandleAllAsync();
        await later.RelayAllAsync();
        await World.StopAsync(later);

        var restored = await World.StartAsync("ledger", database: backup);
        await restored.HandleAllAsync();

        Assert.Equal("1 2", await AskAsync<string>(backup, "select numbers from ledgers where key = 1"));
        Assert.Equal("1", await AskAsync<string>(backup, "select numbers from ledgers where key = 7"));
    }

    [Fact]
    public async Task A_service_notices_a_restore_by_its_own_events_of_unknown_sagas()
    {
        var ledger = await World.StartAsync("ledger", loops: true);
        await PublishAsync(Event(1, 1));
        await World.SettledAsync(1, ledger);
        Assert.Null(await NoticeAsync(ledger));
        await World.StopAsync(ledger);
        var backup = await CopyAsync(await World.DatabaseAsync("ledger"));
        // An event that the lost state had raised. No other event belongs to this saga.
        var own = new EventSerializer("/counting/ledger", CountingEvents.Language, TimeProvider.System).Write(
            9,
            new Entered(9, 1),
            MessageContext.Internal()
        );
        await PublishAsync(new TopicRecord(own.Key, own.Headers, own.Value));

        var restored = await World.StartAsync("ledger", database: backup, loops: true);

        await UntilAsync(async () => (await NoticeAsync(restored))?.Contains("from 9 to 9", StringComparison.Ordinal) == true);
    }

    private static async Task<string?> NoticeAsync(ServiceHost service) =>
        (await service.HealthAsync(Ct)).Details.GetValueOrDefault("history");

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var began = Environment.TickCount64;
        while (!await holds())
        {
            Assert.True(Environment.TickCount64 - began < 30_000, "the condition was not met in time");
            await Task.Delay(20, Ct);
        }
    }

    [Fact]
    public async Task Used_ids_are_not_given_out_again()
    {
        await World.AskAsync<object>("counter", "create sequence ids; select nextval('ids')");
        await using var database = NpgsqlDataSource.Create(await World.DatabaseAsync("counter"));
        var ids = new IdSequence(database, "ids");

        await ids.SkipToAsync(41);
        Assert.Equal(42, await ids.NextAsync());
        await ids.SkipToAsync(7);
        Assert.Equal(43, await ids.NextAsync());
    }
}
