using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mannam.Chassis.Hosting;
using Mannam.Chassis.Messaging;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>Guarantee 1, the first half: a decision's changes, its events and what it leaves due are one transaction.</summary>
internal sealed class UnitOfWork(
    EventWriter events,
    JsonSerializerContext language,
    TimeProvider time,
    Points points,
    OutboxSignal outbox,
    DueSignal due
)
{
    // EF Core sends more than 1000 statements in several batches.
    private const int MostInOneBatch = 500;

    /// <summary>Makes the decision part of what the context will commit, with the key of the request it follows from. A new aggregate that was left as it
    /// was is not stored.</summary>
    /// <returns>Whether there is anything to commit.</returns>
    public bool Stage(ServiceDb db, Aggregate aggregate, IMessage[] messages, Cause cause)
    {
        var entry = db.Entry(aggregate);
        var changed = entry.State != EntityState.Unchanged || messages.Length > 0;
        if (aggregate.IsNew)
            entry.State = changed ? EntityState.Added : EntityState.Detached;
        if (!changed)
            return false;
        // Also where only a message was raised: the version orders the messages of a saga as their commits.
        aggregate.Version++;
        Stage(db, aggregate.Key, messages, cause);
        if (cause.Key is { IsRecorded: false } key)
            db.Add(key.Row(aggregate));
        return true;
    }

    private void Stage(ServiceDb db, long key, IMessage[] messages, Cause cause)
    {
        foreach (var message in messages)
        {
            if (message is IEvent e)
            {
                db.Add(events.Write(key, e, cause));
                db.Wakes |= Wakes.Relay;
            }
            else if (message is IDue d)
            {
                db.Add(Owe(key, d, cause));
                db.Wakes |= Wakes.Due;
            }
        }
    }

    private DueRow Owe(long key, IDue what, Cause cause) =>
        new()
        {
            DueId = Guid.CreateVersion7(),
            Key = key,
            Kind = what.GetType().Name,
            Data = JsonSerializer.Serialize(what, (JsonTypeInfo)language.GetTypeInfo(what.GetType())!),
            At = time.GetUtcNow() + what.After,
            Cause = $"{cause.Id} {cause.TraceParent}",
        };

    /// <summary>Commits a command's decision in as few round trips as are safe.</summary>
    /// <remarks>Some inserts alone, or one statement alone, need no BEGIN and COMMIT: PostgreSQL makes one batch one transaction, and a failed insert fails it
    /// whole. An update on an outdated version fails nothing by itself, so beside other statements it needs a transaction to be rolled back.</remarks>
    public async Task CommitAsync(ServiceDb db, CancellationToken ct)
    {
        int inserts = 0,
            others = 0;
        foreach (var entry in db.ChangeTracker.Entries())
        {
            if (entry.State == EntityState.Added)
                inserts++;
            else if (entry.State is EntityState.Modified or EntityState.Deleted)
                others++;
        }
        if (inserts + others == 0)
            return;
        var needed = (others > 0 && inserts + others > 1) || inserts > MostInOneBatch;
        await points.AtAsync("command.committing");
        await SaveAsync(
            db,
            needed && db.Database.CurrentTransaction is null ? AutoTransactionBehavior.Always : AutoTransactionBehavior.Never,
            ct
        );
        if (db.Database.CurrentTransaction is { } transaction)
            await transaction.CommitAsync(ct);
        await points.AtAsync("command.committed");
        Wake(db);
    }

    /// <summary>Sends what the context holds, in the transaction under way or in one as said, without savepoints: a decision succeeds or fails whole.</summary>
    public static Task SaveAsync(ServiceDb db, AutoTransactionBehavior transaction, CancellationToken ct)
    {
        db.Database.AutoTransactionBehavior = transaction;
        db.Database.AutoSavepointsEnabled = false;
        return db.SaveChangesAsync(ct);
    }

    /// <summary>Wakes the loops that have something to look at; called after the commit. One that is woken for nothing asks the store for nothing.</summary>
    public void Wake(ServiceDb db)
    {
        Wake(db.Wakes);
        // The context may be used again.
        db.Wakes = Wakes.None;
    }

    /// <summary>Wakes the loops said.</summary>
    public void Wake(Wakes loops)
    {
        if (loops.HasFlag(Wakes.Relay))
            outbox.Give();
        if (loops.HasFlag(Wakes.Due))
            due.Give();
    }
}

/// <summary>The loops that look at what a commit left for them.</summary>
[Flags]
internal enum Wakes
{
    None = 0,
    Relay = 1,
    Due = 2,
    All = Relay | Due,
}

/// <summary>Somebody else decided at the same time, or the connection was lost: the decision is made again on what is there now.</summary>
public static class Failures
{
    /// <summary>The row's version, or its absence, was outdated.</summary>
    public static bool IsConflict(Exception e) =>
        e is DbUpdateConcurrencyException
        || (e as PostgresException ?? e.InnerException as PostgresException)?.SqlState
            is PostgresErrorCodes.UniqueViolation
                or PostgresErrorCodes.SerializationFailure
                or PostgresErrorCodes.DeadlockDetected;

    /// <summary>The row is there already.</summary>
    public static bool IsDuplicate(Exception e) =>
        (e as PostgresException ?? e.InnerException as PostgresException)?.SqlState == PostgresErrorCodes.UniqueViolation;

    /// <summary>Somebody else held a row for longer than this transaction would wait.</summary>
    public static bool IsLocked(Exception e) =>
        (e as PostgresException ?? e.InnerException as PostgresException)?.SqlState is PostgresErrorCodes.LockNotAvailable;

    /// <summary>The store could not be reached, or the connection was lost: it is not known whether a commit under way was made.</summary>
    public static bool IsStoreUnreachable(Exception e)
    {
        // Npgsql counts these as transient too, but it was the store that answered so.
        if (IsConflict(e) || IsLocked(e))
            return false;
        for (var at = e; at is not null; at = at.InnerException)
        {
            if (at is PostgresException p)
                return p.IsTransient
                    || p.SqlState.StartsWith("57P", StringComparison.Ordinal)
                    || p.SqlState.StartsWith("08", StringComparison.Ordinal);
            if (at is NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException)
                return true;
        }
        return false;
    }
}
