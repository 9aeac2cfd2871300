using Mannam.Chassis.Idempotency;
using Mannam.Chassis.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mannam.Chassis.Hosting;

/// <summary>What every service removes from its store in the course of time, so that it does not grow for ever. Due things like others: whichever replica
/// comes first does it, apart from the requests.</summary>
internal static class Retention
{
    /// <summary>How long it is remembered that an event was handled. A copy of it can come as long as its producer was down with the event published, but
    /// still in its outbox.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    private const int Most = 1000;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    // A service that was busy for long has much to remove at once: 2,000 rows a second are more than come in the mean, and little beside the requests.
    private static readonly TimeSpan WhileThereIsMore = TimeSpan.FromMilliseconds(500);

    // The ids are UUIDs of version 7, which ascend in time: the primary key leads to the old ones. Those that do not tell
    // their time (of a producer whose clock is wrong, or of another version) are the next statement's.
    // An array of them, as a plan does not know how few it will be.
    // What is removed is not known any more: it is noted up to where.
    private const string HandledEvents = """
        with gone as (
            delete from inbox where event_id = any(array(select event_id from inbox where event_id < $1 and at < $2 order by event_id limit $3))
            returning event_id
        ), noted as (
            update forgotten f set newest = g.event_id
            from (select event_id from gone where substr(event_id::text, 15, 1) = '7' order by event_id desc limit 1) g where f.newest < g.event_id
        )
        select count(*)::int from gone
        """;

    // Ids that are not of this time: few, or a foreign producer's. They are gone through seldom.
    private const string StrayEvents = """
        delete from inbox where event_id = any(array(select event_id from inbox where event_id > $1 and at < $2 order by event_id limit $3))
        """;

    private static readonly TimeSpan StraysEvery = TimeSpan.FromHours(1);

    /// <summary>Its due things by kind.</summary>
    public static IReadOnlyDictionary<string, ScheduledAction> Actions { get; } =
        new Dictionary<string, ScheduledAction>
        {
            ["ExpiredKeys"] = async (_, services, ct) =>
                Again(
                    await services
                        .GetRequiredService<IdempotencyStore>()
                        .RemoveAsync(services.GetRequiredService<TimeProvider>().GetUtcNow(), Most, ct),
                    Every
                ),
            ["HandledEvents"] = async (_, services, ct) =>
            {
                var before = services.GetRequiredService<TimeProvider>().GetUtcNow() - Remembered;
                await using var command = services.GetRequiredService<ServiceRuntime>().Database.CreateCommand(HandledEvents);
                command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7(before) });
                command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime });
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Most });
                return Again((int)(await command.ExecuteScalarAsync(ct))!, Every);
            },
            ["StrayEvents"] = async (_, services, ct) =>
            {
                var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
                await using var command = services.GetRequiredService<NpgsqlDataSource>().CreateCommand(StrayEvents);
                command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7(now.AddDays(1)) });
                command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (now - Remembered).UtcDateTime });
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Most });
                return Again(await command.ExecuteNonQueryAsync(ct), StraysEvery);
            },
        };

    private static TimeSpan? Again(int removed, TimeSpan otherwise) => removed == Most ? WhileThereIsMore : otherwise;
}
