using System.Runtime.ExceptionServices;
using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>Lets those who commit at the same moment share the commit, as they share a round trip: each is as durable, and costs a part.</summary>
/// <remarks>When a statement fails, all are rolled back and each is committed by itself, so that nobody fails with another. Only what need not wait for a row
/// that somebody else holds (<see cref="Statements.GoAlone"/>), so that nobody waits with another either.</remarks>
internal sealed class SharedCommit
{
    private readonly NpgsqlDataSource _database;
    private readonly SharedRoundTrip<Statements, Exception?> _shared;

    public SharedCommit(NpgsqlDataSource database)
    {
        _database = database;
        _shared = new(CommitAsync);
    }

    /// <summary>Returns once that is durable.</summary>
    /// <exception cref="NpgsqlException">Somebody else changed the aggregate (see <see cref="Failures.IsConflict"/>), or refused otherwise: nothing is
    /// committed; or the store cannot be reached, and it may be committed all the same.</exception>
    public async Task CommitAsync(Statements statements)
    {
        if (await _shared.AskAsync(statements) is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    private async Task<IReadOnlyList<Exception?>> CommitAsync(IReadOnlyList<Statements> several)
    {
        try
        {
            await SendAsync(several);
            return new Exception?[several.Count];
        }
        catch (PostgresException e) when (several.Count > 1 && !Failures.IsStoreUnreachable(e))
        {
            var failures = new List<Exception?>(several.Count);
            foreach (var one in several)
                failures.Add(await FailureOfAsync(one));
            return failures;
        }
    }

    private async Task<Exception?> FailureOfAsync(Statements one)
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

    private async Task SendAsync(IReadOnlyList<Statements> several)
    {
        await using var connection = await _database.OpenConnectionAsync();
        await Statements.SendAsync(connection, several, CancellationToken.None);
    }
}
