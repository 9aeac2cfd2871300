using System.Runtime.ExceptionServices;
using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>Batches concurrent commits into one transaction and one round trip: each is as durable, and cheaper.</summary>
/// <remarks>If a statement fails, all are rolled back and each is committed separately, so no command fails because of another. Statements that may wait for a
/// locked row are not batched (<see cref="StatementBatch.CommitsAlone"/>), so no command waits for another. If a row or table is locked from outside, the
/// whole group waits once, for the lock timeout.</remarks>
internal sealed class GroupCommit
{
    private readonly NpgsqlDataSource _database;
    private readonly KeyedLimiter _turns;
    private readonly RequestBatcher<StatementBatch, Outcome> _shared;

    public GroupCommit(NpgsqlDataSource database, KeyedLimiter turns)
    {
        (_database, _turns) = (database, turns);
        _shared = new(CommitAsync);
    }

    // Again: nothing is committed, and the failed statement is not known.
    private readonly record struct Outcome(Exception? Failure, bool Again = false);

    /// <summary>Returns when the statements are committed durably.</summary>
    /// <exception cref="NpgsqlException">Another transaction changed the aggregate (see <see cref="StoreFailures.IsConflict"/>), or the store refuses: nothing is
    /// committed. Or the store is unreachable: the commit may have been made or not.</exception>
    public async Task CommitAsync(StatementBatch statements)
    {
        var outcome = await _shared.AskAsync(statements);
        if (outcome.Again)
        {
            statements.Renew();
            await CommitAloneAsync(statements);
        }
        else if (outcome.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>The same without a group, one at a time per saga.</summary>
    /// <exception cref="BusyException">The wait would be too long.</exception>
    public Task CommitAloneAsync(StatementBatch statements) =>
        _turns.RunAsync(
            statements.Key,
            async () =>
            {
                await SendAsync([statements]);
                return true;
            }
        );

    private async Task<IReadOnlyList<Outcome>> CommitAsync(IReadOnlyList<StatementBatch> several)
    {
        try
        {
            await SendAsync(several);
            return new Outcome[several.Count];
        }
        catch (PostgresException e) when (several.Count > 1 && StoreFailures.IsLocked(e))
        {
            // If they were committed one by one here, later commits would wait behind each locked row.
            return [.. Enumerable.Repeat(new Outcome(e, Again: true), several.Count)];
        }
        catch (PostgresException e) when (several.Count > 1 && !StoreFailures.IsStoreUnreachable(e))
        {
            return await OneByOneAsync(several);
        }
    }

    private async Task<IReadOnlyList<Outcome>> OneByOneAsync(IReadOnlyList<StatementBatch> several)
    {
        var outcomes = new List<Outcome>(several.Count);
        var held = false;
        foreach (var one in several)
        {
            var outcome = held ? new Outcome(null, Again: true) : new Outcome(await FailureOfAsync(one));
            held = held || outcome.Failure is { } failure && StoreFailures.IsLocked(failure);
            outcomes.Add(outcome);
        }
        return outcomes;
    }

    private async Task<Exception?> FailureOfAsync(StatementBatch one)
    {
        one.Renew();
        try
        {
            await SendAsync([one]);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private async Task SendAsync(IReadOnlyList<StatementBatch> several)
    {
        await using var connection = await _database.OpenConnectionAsync();
        await StatementBatch.SendAsync(connection, several, CancellationToken.None);
    }
}
