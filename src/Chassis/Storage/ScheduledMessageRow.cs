using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>What the service owes, and when it is due.</summary>
internal sealed record ScheduledMessageRow(
    Guid DueId,
    long Key,
    string Kind,
    string Data,
    DateTimeOffset SetAt,
    TimeSpan After,
    string Cause
)
{
    public NpgsqlBatchCommand Insert() =>
        new("insert into due (due_id, key, kind, data, at, cause, attempts, set_at) values ($1, $2, $3, $4::json, $5, $6, 0, $7)")
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = DueId },
                new NpgsqlParameter<long> { TypedValue = Key },
                new NpgsqlParameter<string> { TypedValue = Kind },
                new NpgsqlParameter<string> { TypedValue = Data },
                new NpgsqlParameter<DateTime> { TypedValue = (SetAt + After).UtcDateTime },
                new NpgsqlParameter<string> { TypedValue = Cause },
                new NpgsqlParameter<DateTime> { TypedValue = SetAt.UtcDateTime },
            },
        };
}
