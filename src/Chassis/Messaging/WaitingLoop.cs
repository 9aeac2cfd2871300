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
internal sealed class WaitingLoop<TDb, TAggregate>(
    Handler<TDb, TAggregate> handler,
    TimeProvider time,
    Points points,
    ServiceMetrics metrics,
    ILogger log
) : ILoop
    where TDb : ServiceDb
    where TAggregate : Aggregate
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    // What another replica works on is passed by, as is what waits behind it.
    private const string First = """
        select * from waiting w where parked_at is null and due <= {0}
        and not exists (select 1 from waiting e where e.key = w.key and e.parked_at is null and e.waiting_id < w.waiting_id)
        order by due, waiting_id limit 1 for update skip locked
        """;

    public string Name => "waiting";

    public Task IdleAsync(CancellationToken ct) => Task.Delay(Poll, ct);

    public async Task<bool> StepAsync(CancellationToken ct)
    {
        await using var db = await handler.OpenAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = time.GetUtcNow();
        var due = await db.Waiting.FromSqlRaw(First, now).AsNoTracking().ToListAsync(ct);
        if (due is not [var first])
        {
            await metrics.CountWaitingAsync(db, ct);
            return false;
        }
        try
        {
            await HandleAsync(db, transaction, first, ct);
        }
        catch (Exception e) when (Fate.IsOf(e))
        {
            await transaction.DisposeAsync();
            await KeepAsync(first, e, ct);
        }
        return true;
    }

    private async Task HandleAsync(TDb db, IDbContextTransaction transaction, WaitingRow waiting, CancellationToken ct)
    {
        await points.AtAsync("waiting.handling");
        var received = waiting.Received();
        if (received.Unreadable is { } why)
            throw new PermanentException(why);
        await db.Database.ExecuteSqlRawAsync(Positions.LockTimeout(WaitingEvents.Waits), ct);
        var fresh = await db.Database.ExecuteSqlAsync($"insert into inbox (event_id) values ({received.Id}) on conflict do nothing", ct);
        var unit = handler.Begin();
        if (fresh > 0)
            await handler.DecideAsync(db, unit, [received], ct);
        unit.Add(waiting.Delete());
        await unit.SendAsync((NpgsqlConnection)db.Database.GetDbConnection(), ct);
        await points.AtAsync("waiting.committing");
        await transaction.CommitAsync(ct);
        await points.AtAsync("waiting.committed");
        unit.Wake();
        metrics.Handled(fresh);
    }

    // Its row is free again: should another replica have tried it since, that attempt is the one that counts.
    private async Task KeepAsync(WaitingRow waiting, Exception e, CancellationToken ct)
    {
        var fate = Fate.Of(e, waiting.Attempts, time.GetUtcNow());
        log.Failed(waiting.Received(), fate, e);
        await using var db = await handler.OpenAsync(ct);
        await db
            .Waiting.Where(w =>
                w.WaitingId == waiting.WaitingId && w.Attempts == waiting.Attempts && w.Due == waiting.Due && w.ParkedAt == null
            )
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(w => w.Kind, fate.Kind)
                        .SetProperty(w => w.Attempts, fate.Attempts)
                        .SetProperty(w => w.Error, fate.Error)
                        .SetProperty(w => w.Due, fate.Due)
                        .SetProperty(w => w.ParkedAt, fate.ParkedAt),
                ct
            );
    }
}

/// <summary>What is the same wherever events are set aside.</summary>
internal static class WaitingEvents
{
    /// <summary>How long a transaction with one event waits for a row that somebody else holds; the event can wait better by itself.</summary>
    public static readonly TimeSpan Waits = TimeSpan.FromMilliseconds(200);

    /// <summary>Tells that an event failed, and what becomes of it.</summary>
    public static void Failed(this ILogger log, Received received, Fate fate, Exception e)
    {
        var what = $"{received.Type} of saga {received.Key} ({received.Partition}/{received.Offset})";
        if (fate.ParkedAt is not null)
            log.LogError(e, "{Event} is parked after {Attempts} attempts: {Error}", what, fate.Attempts, fate.Error);
        else
            log.LogWarning("{Event} waits until {Due:O}: {Error}", what, fate.Due, fate.Error);
    }
}
