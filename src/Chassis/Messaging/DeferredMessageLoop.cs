using System.Numerics;
using Mannam.Chassis.Hosting;
using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mannam.Chassis.Messaging;

/// <summary>Guarantee 4, the second half: handles the events that wait, when they are due, in order per saga and each once; parks those that fail for good.</summary>
/// <remarks>Only the first waiting event of a saga is looked at. Whichever replica locks its row handles it, and removes it in the transaction of its
/// effects: killed in between, it is there as before. Parking an event lets the later ones of its saga go on.</remarks>
internal sealed class DeferredMessageLoop<TDb, TAggregate>(
    NpgsqlDataSource database,
    PolicyHandler<TDb, TAggregate> handler,
    TimeProvider time,
    Failpoints failpoints,
    ServiceMetrics metrics,
    ExternalFailures failures,
    ILogger log
) : ILoop
    where TDb : ServiceDb
    where TAggregate : Aggregate
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private const string SomeAreDue = "select exists (select 1 from waiting where parked_at is null and due <= $1)";

    // What another replica works on is passed by, as is what waits behind it.
    private const string First = """
        select waiting_id, attempts, refusals, due, partition, "offset", key, headers, value from waiting w where parked_at is null and due <= $1
        and not exists (select 1 from waiting e where e.key = w.key and e.parked_at is null and e.waiting_id < w.waiting_id)
        order by due, waiting_id limit 1 for update skip locked
        """;

    private sealed record Waiting(long Id, int Attempts, int Refusals, DateTime Due, ReceivedEvent Received);

    // How many were refused one after the other: as many as there are, the loop must go through them.
    private int _refused;

    public string Name => "waiting";

    public Task IdleAsync(CancellationToken ct) => Task.Delay(Poll, ct);

    public async Task<bool> StepAsync(CancellationToken ct)
    {
        if (await FirstAsync(ct))
            return true;
        await metrics.CountWaitingAsync(database, ct);
        return false;
    }

    // Mostly nothing waits: that is found out in one round trip, without a transaction.
    private async Task<bool> FirstAsync(CancellationToken ct)
    {
        var moment = time.GetUtcNow();
        var now = new NpgsqlParameter<DateTime> { TypedValue = moment.UtcDateTime };
        await using (var look = database.CreateBatch())
        {
            look.BatchCommands.Add(FutureTimestamps.MakeDue("waiting", "due", "parked_at is null", moment));
            look.BatchCommands.Add(new(SomeAreDue) { Parameters = { now } });
            if (await look.ExecuteScalarAsync(ct) is not true)
                return false;
        }
        await using var db = await handler.OpenAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await LockFirstAsync(db, now.Clone(), ct) is not { } first)
            return false;
        try
        {
            await HandleAsync(db, transaction, first, ct);
            _refused = 0;
            if (first.Refusals > 0)
                metrics.CountSoon();
        }
        catch (Exception e) when (FailureOutcome.AppliesTo(e) && !ct.IsCancellationRequested)
        {
            await transaction.DisposeAsync();
            await KeepAsync(first, e, ct);
        }
        return true;
    }

    private static async Task<Waiting?> LockFirstAsync(TDb db, NpgsqlParameter now, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(First, (NpgsqlConnection)db.Database.GetDbConnection()) { Parameters = { now } };
        await using var rows = await command.ExecuteReaderAsync(ct);
        return await rows.ReadAsync(ct)
            ? new(
                rows.GetInt64(0),
                rows.GetInt32(1),
                rows.GetInt32(2),
                rows.GetDateTime(3),
                ReceivedEvent.Read(rows.GetInt32(4), rows.GetInt64(5), rows.GetInt64(6), rows.GetString(7), rows.GetString(8))
            )
            : null;
    }

    private async Task HandleAsync(TDb db, IDbContextTransaction transaction, Waiting waiting, CancellationToken ct)
    {
        await failpoints.HitAsync("waiting.handling");
        var received = waiting.Received;
        if (received.Unreadable is { } why)
            throw new PermanentException(why);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await db.Database.ExecuteSqlRawAsync(PositionTable.LockTimeout(DeferredMessages.LockTimeout(_refused)), ct);
        var fresh = await db.Database.ExecuteSqlAsync($"insert into inbox (event_id) values ({received.Id}) on conflict do nothing", ct);
        var unit = handler.Begin();
        if (fresh > 0)
        {
            await handler.Loading(unit, [received]).LoadAsync(connection, ct);
            await handler.DecideAsync(db, unit, [received], ct);
        }
        unit.Add(
            new("delete from waiting where waiting_id = $1") { Parameters = { new NpgsqlParameter<long> { TypedValue = waiting.Id } } }
        );
        await failpoints.HitAsync("waiting.committing");
        await unit.Take().CommitAsync((NpgsqlTransaction)transaction.GetDbTransaction(), ct);
        await failpoints.HitAsync("waiting.committed");
        unit.Wake();
        metrics.Handled(fresh);
    }

    // Its row is free again: should another replica have tried it since, that attempt is the one that counts.
    private async Task KeepAsync(Waiting waiting, Exception e, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var outcome = FailureOutcome.For(e, waiting.Attempts, waiting.Refusals, now);
        log.Failed(waiting.Received, outcome, e);
        failures.Report(Name, outcome.Failure);
        _refused = outcome.Failure is null ? 0 : _refused + 1;
        await using var command = database.CreateCommand(
            """
            update waiting set kind = $4, attempts = $5, error = $6, due = $7, set_at = $11, parked_at = $8,
                refusals = $9, code = $10, refused_since = case when $10 is null then null else coalesce(refused_since, $11) end
            where waiting_id = $1 and attempts = $2 and due = $3 and parked_at is null
            """
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = waiting.Id });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = waiting.Attempts });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = waiting.Due });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = outcome.Kind });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = outcome.Attempts });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = outcome.Error });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = outcome.Due.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<DateTime?> { TypedValue = outcome.ParkedAt?.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = outcome.Refusals });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = outcome.Failure?.Code });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime });
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>What is the same wherever events are set aside.</summary>
internal static class DeferredMessages
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a transaction with one event waits for a row that somebody else holds; the event can wait better by itself. Where a whole table is held,
    /// each one waits less than the one before, so that a loop gets through them.</summary>
    /// <param name="refused">How many were refused just before.</param>
    public static TimeSpan LockTimeout(int refused) =>
        TimeSpan.FromMilliseconds(Math.Max(10, (int)Longest.TotalMilliseconds >> Math.Min(refused, 10)));

    /// <summary>Tells that an event failed, and what becomes of it.</summary>
    public static void Failed(this ILogger log, ReceivedEvent received, FailureOutcome outcome, Exception e)
    {
        var what = $"{received.Type} of saga {received.Key} ({received.Partition}/{received.Offset})";
        if (outcome.ParkedAt is not null)
            log.LogError(e, "{Event} is parked after {Attempts} attempts: {Error}", what, outcome.Attempts, outcome.Error);
        else if (outcome.Failure is null || BitOperations.IsPow2(outcome.Refusals))
            log.LogWarning("{Event} waits until {Due:O}: {Error}", what, outcome.Due, outcome.Error);
    }
}
