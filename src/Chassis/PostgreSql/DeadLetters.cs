using System.Runtime.CompilerServices;
using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>An event that failed for good.</summary>
/// <param name="Id">Its id for replay and drop; also the order within its saga.</param>
/// <param name="ParkedAt">When it was parked.</param>
/// <param name="Key">The correlation key; 0 if the record has none.</param>
/// <param name="Type">The name of the event; empty for an unreadable record.</param>
/// <param name="Kind">How it failed: <c>permanent</c>, <c>transient</c> or <c>unreadable</c>.</param>
/// <param name="Attempts">The number of attempts.</param>
/// <param name="Error">The text of the last failure.</param>
/// <param name="Place">Topic, partition and offset: <c>taxi 3/17</c>.</param>
/// <param name="Headers">The record's headers; JSON for an event.</param>
/// <param name="Value">The record's value; JSON for an event.</param>
public sealed record DeadLetter(
    long Id,
    DateTimeOffset ParkedAt,
    long Key,
    string Type,
    string Kind,
    int Attempts,
    string Error,
    string Place,
    string Headers,
    string Value
);

/// <summary>A service's dead letters, for operators. It uses the database directly, so the service need not run.</summary>
public sealed class DeadLetters(NpgsqlDataSource database)
{
    private const string Columns = """
        waiting_id, parked_at, key, type, kind, attempts, coalesce(error, ''), topic || ' ' || partition || '/' || "offset", headers, value
        """;

    /// <summary>Selects events: those with these ids, or all whose error contains the text; without either, all.</summary>
    public sealed record Selection(IReadOnlyList<long> Ids, string? Error)
    {
        internal const string Condition =
            "parked_at is not null and ($1 is null or waiting_id = any($1)) and ($2 is null or position($2 in error) > 0)";

        internal void Add(NpgsqlCommand command)
        {
            command.Parameters.Add(
                new NpgsqlParameter
                {
                    Value = Ids.Count > 0 ? Ids.ToArray() : DBNull.Value,
                    NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Bigint,
                }
            );
            command.Parameters.Add(
                new NpgsqlParameter { Value = (object?)Error ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }
            );
        }
    }

    /// <summary>The selected events, by id.</summary>
    public async IAsyncEnumerable<DeadLetter> ListAsync(Selection choice, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(choice);
        await using var command = database.CreateCommand($"select {Columns} from waiting where {Selection.Condition} order by waiting_id");
        choice.Add(command);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            yield return new(
                rows.GetInt64(0),
                rows.GetFieldValue<DateTimeOffset>(1),
                rows.GetInt64(2),
                rows.GetString(3),
                rows.GetString(4),
                rows.GetInt32(5),
                rows.GetString(6),
                rows.GetString(7),
                rows.GetString(8),
                rows.GetString(9)
            );
        }
    }

    /// <summary>Makes the selected events due again, in order and with all attempts. They are handled before later events of their saga that still wait.
    /// A second replay changes nothing.</summary>
    /// <returns>Their ids.</returns>
    public Task<IReadOnlyList<long>> ReplayAsync(Selection choice, CancellationToken ct) =>
        // Due long ago, so that a wrong clock does not matter.
        ChangeAsync("update waiting set parked_at = null, kind = 'queued', attempts = 0, due = to_timestamp(0)", choice, ct);

    /// <summary>Deletes the selected events. They count as handled: a copy, or the same event when the topic is read again, has no effect.</summary>
    /// <returns>Their ids.</returns>
    public Task<IReadOnlyList<long>> DropAsync(Selection choice, CancellationToken ct) =>
        ChangeAsync(
            "delete from waiting",
            choice,
            ct,
            "insert into inbox (event_id) select event_id from changed where event_id is not null on conflict do nothing"
        );

    private async Task<IReadOnlyList<long>> ChangeAsync(string change, Selection choice, CancellationToken ct, string also = "select 1")
    {
        ArgumentNullException.ThrowIfNull(choice);
        await using var command = database.CreateCommand(
            $"with changed as ({change} where {Selection.Condition} returning waiting_id, event_id), also as ({also}) select waiting_id from changed"
        );
        choice.Add(command);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var ids = new List<long>();
        while (await rows.ReadAsync(ct))
            ids.Add(rows.GetInt64(0));
        return ids;
    }
}
