using System.Runtime.ExceptionServices;
using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>Lets those who commit at the same moment share the commit, as they share a round trip: each is as durable, and costs a part.</summary>
/// <remarks>When a statement fails, all are rolled back and each is committed by itself, so that nobody fails with another. Only what need not wait for a row
/// that somebody else holds (<see cref="StatementBatch.CommitsAlone"/>), so that nobody waits with another either. Where one has to wait all the same, because a row
/// or a table is held from outside, the others wait with it once, for the lock timeout.</remarks>
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

    // Again: nothing is committed, and it is not known whose statement failed.
    private readonly record struct Outcome(Exception? Failure, bool Again = false);

    /// <summary>Returns once that is durable.</summary>
    /// <exception cref="NpgsqlException">Somebody else changed the aggregate (see <see cref="StoreFailures.IsConflict"/>), or refused otherwise: nothing is
    /// committed; or the store cannot be reached, and it may be committed all the same.</exception>
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

    /// <summary>The same, sharing the commit with nobody: when it is the saga's turn.</summary>
    /// <exception cref="BusyException">It would have to wait for too long.</exception>
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
            // One by one here, whoever comes next would wait behind each that is held.
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
