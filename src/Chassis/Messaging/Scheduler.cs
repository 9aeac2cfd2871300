using System.Numerics;
using Mannam.Chassis.Hosting;
using Mannam.Chassis.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mannam.Chassis.Messaging;

/// <summary>Does one kind of due thing; throws when it has to be tried again. What it does must be safe to repeat.</summary>
/// <returns>After what time it is due again; null when it is done for good.</returns>
internal delegate Task<TimeSpan?> ScheduledAction(string data, IServiceProvider services, CancellationToken ct);

/// <summary>Guarantee 10: does what a service owes, once it is due, again with growing pauses until it succeeds.</summary>
/// <remarks>Things are claimed by moving them into the future: one whose replica died is due again after <see cref="Lease"/>. No transaction is open meanwhile.</remarks>
internal sealed class Scheduler(
    NpgsqlDataSource database,
    IReadOnlyDictionary<string, ScheduledAction> actions,
    IReadOnlyList<string> recurring,
    IServiceProvider services,
    TimeProvider time,
    Failpoints failpoints,
    ScheduleSignal signal,
    ServiceMetrics metrics,
    ExternalFailures failures,
    ILogger log
) : ILoop
{
    /// <summary>How long one attempt may take.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private bool _recurringAreThere;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>How many things one step does side by side.</summary>
    public int MaxConcurrent { get; set; } = 16;

    /// <summary>The kinds it leaves to others, in a test that has no use for them.</summary>
    public IReadOnlyCollection<string> ExcludedKinds { get; set; } = [];

    public string Name => "due";

    public Task IdleAsync(CancellationToken ct) => signal.WaitAsync(TimeSpan.FromMilliseconds(500), ct);

    public async Task<bool> StepAsync(CancellationToken ct)
    {
        if (!_recurringAreThere)
            await AddRecurringAsync(ct);
        // Not so after a failure: it may be another database then.
        _recurringAreThere = false;
        var claimed = await ClaimAsync(ct);
        _recurringAreThere = true;
        await Task.WhenAll(claimed.Select(d => DoAsync(d, ct)));
        if (claimed.Count < MaxConcurrent)
            await metrics.CountWaitingAsync(database, ct);
        return claimed.Count == MaxConcurrent;
    }

    // Each once in the database, whichever replica comes first: its id follows from its kind.
    private async Task AddRecurringAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            """
            insert into due (due_id, key, kind, data, at, cause, attempts, set_at)
            select md5(kind)::uuid, 0, kind, '{}', $2, '', 0, $2 from unnest($1) kind on conflict do nothing
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. recurring] });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = time.GetUtcNow().UtcDateTime });
        await command.ExecuteNonQueryAsync(ct);
        _recurringAreThere = true;
    }

    private sealed record Claimed(Guid Id, string Kind, string Data, int Attempts);

    // Chosen once: as a plain subquery it may be run for each row that it is compared with, and skips other rows each time.
    private const string Claim = """
        with first as materialized (
            select due_id from due where at <= $1 and kind = any($3) order by at, key, kind limit $4 for update skip locked
        )
        update due set at = $1 + $2, set_at = $1, attempts = attempts + 1 from first where due.due_id = first.due_id
        returning due.due_id, kind, data, attempts
        """;

    // The time is measured on the way.
    private async Task<List<Claimed>> ClaimAsync(CancellationToken ct)
    {
        var (asked, now) = (time.GetTimestamp(), time.GetUtcNow());
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(FutureTimestamps.MakeDue("due", "at", "true", now));
        var command = new NpgsqlBatchCommand(Claim);
        batch.BatchCommands.Add(command);
        batch.BatchCommands.Add(new("select clock_timestamp()"));
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = Lease });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. actions.Keys.Except(ExcludedKinds)] });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MaxConcurrent });
        await using var rows = await batch.ExecuteReaderAsync(ct);
        var claimed = new List<Claimed>();
        while (await rows.ReadAsync(ct))
            claimed.Add(new Claimed(rows.GetGuid(0), rows.GetString(1), rows.GetString(2), rows.GetInt32(3)));
        await rows.NextResultAsync(ct);
        await rows.ReadAsync(ct);
        (time as StoreClock)?.Measured(asked, rows.GetFieldValue<DateTimeOffset>(0));
        return claimed;
    }

    private async Task DoAsync(Claimed due, CancellationToken ct)
    {
        await failpoints.HitAsync($"due.{due.Kind}.claimed");
        TimeSpan? again;
        try
        {
            using var late = new CancellationTokenSource(Lease - TimeSpan.FromSeconds(5), time);
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(ct, late.Token);
            again = await actions[due.Kind](due.Data, services, attempt.Token);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            await AgainAsync(due, e, ct);
            return;
        }
        await failpoints.HitAsync($"due.{due.Kind}.done");
        await using var command = database.CreateCommand(
            again is null
                ? "delete from due where due_id = $1"
                : "update due set at = $2, set_at = $3, attempts = 0, error = null, code = null, failing_since = null where due_id = $1"
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = due.Id });
        if (again is { } pause)
        {
            var now = time.GetUtcNow();
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (now + pause).UtcDateTime });
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
        }
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task AgainAsync(Claimed due, Exception e, CancellationToken ct)
    {
        var pause = Backoff.Delay(due.Attempts, LongestPause);
        var failure = ExternalFailure.Of(e, asked: true);
        failures.Report($"due {due.Kind}", failure ?? Itself(e));
        // Told before it is stored, as storing may fail too. Not each time: it may take days.
        if (BitOperations.IsPow2(due.Attempts))
            log.LogWarning(e, "{Kind} failed for the {Attempts}. time and is due again in {Pause}", due.Kind, due.Attempts, pause);
        await using var command = database.CreateCommand(
            "update due set at = $2, set_at = $5, error = $3, code = $4, failing_since = coalesce(failing_since, $5) where due_id = $1"
        );
        var now = time.GetUtcNow();
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = due.Id });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (now + pause).UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = e.Message });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = (failure ?? Itself(e)).ColumnText });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
        await command.ExecuteNonQueryAsync(ct);
    }

    // A bug, or a peer that does not understand us: the thing is owed all the same.
    private static ExternalFailure Itself(Exception e) => new("action", StoreFailures.SqlStateOf(e) ?? e.GetType().Name);
}
