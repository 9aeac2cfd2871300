using Mannam.Chassis.Idempotency;
using Mannam.Chassis.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mannam.Chassis.Hosting;

/// <summary>What every service removes from its store in the course of time, so that it does not grow for ever. Due things like others: whichever replica
/// comes first does it, apart from the requests.</summary>
internal static class Housekeeping
{
    /// <summary>How long it is remembered that an event was handled. A copy of it can come as long as its producer was down with the event published, but
    /// still in its outbox.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    private const int Most = 1000;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    // A service that was busy for long has much to remove at once: 2,000 rows a second are more than come in the mean, and little beside the requests.
    private static readonly TimeSpan WhileThereIsMore = TimeSpan.FromMilliseconds(500);

    // The ids are UUIDs of version 7, which ascend in time: the primary key leads to the old ones. (One of another version stays until its turn by value.)
    // An array of them, as a plan does not know how few it will be.
    private const string HandledEvents = """
        delete from inbox where event_id = any(array(select event_id from inbox where event_id < $1 and at < $2 order by event_id limit $3))
        """;

    /// <summary>Its due things by kind.</summary>
    public static IReadOnlyDictionary<string, DueAction> Actions { get; } =
        new Dictionary<string, DueAction>
        {
            ["ExpiredKeys"] = async (_, services, ct) =>
                Again(
                    await services
                        .GetRequiredService<IdempotencyStore>()
                        .RemoveAsync(services.GetRequiredService<TimeProvider>().GetUtcNow() - IdempotencyStore.Kept, Most, ct)
                ),
            ["HandledEvents"] = async (_, services, ct) =>
            {
                var before = services.GetRequiredService<TimeProvider>().GetUtcNow() - Remembered;
                await using var command = services.GetRequiredService<NpgsqlDataSource>().CreateCommand(HandledEvents);
                command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7(before) });
                command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime });
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Most });
                return Again(await command.ExecuteNonQueryAsync(ct));
            },
        };

    private static TimeSpan? Again(int removed) => removed == Most ? WhileThereIsMore : Every;
}
