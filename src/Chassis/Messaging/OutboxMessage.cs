using Npgsql;

namespace Mannam.Chassis.Messaging;

/// <summary>An event on its way: committed with what it tells of, removed once the transport has it.</summary>
internal sealed record OutboxMessage(Guid EventId, long Key, string Headers, string Value)
{
    /// <summary>The row is numbered as it is inserted, so that the events of a commit keep their order.</summary>
    public NpgsqlBatchCommand Insert() =>
        new("insert into outbox (event_id, key, headers, value) values ($1, $2, $3::json, $4::json)")
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = EventId },
                new NpgsqlParameter<long> { TypedValue = Key },
                new NpgsqlParameter<string> { TypedValue = Headers },
                new NpgsqlParameter<string> { TypedValue = Value },
            },
        };
}
