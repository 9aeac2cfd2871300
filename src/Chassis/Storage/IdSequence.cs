using System.Collections.Concurrent;
using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>The ids of a service's requests: 64-bit, ascending from 1. Those who ask at the same moment share one round trip.</summary>
public sealed class IdSequence(NpgsqlDataSource database, string sequence)
{
    private readonly SharedRoundTrip<bool, long> _next = new(asked => NextAsync(database, sequence, asked.Count));

    private readonly ConcurrentQueue<long> _unused = new();

    /// <summary>The next id. Ask only when the request is about to be recorded, or see <see cref="GiveBack"/>: an id that was asked for is used up.</summary>
    /// <exception cref="NpgsqlException">The store cannot be reached.</exception>
    public Task<long> NextAsync() => _unused.TryDequeue(out var unused) ? Task.FromResult(unused) : _next.AskAsync(true);

    /// <summary>What was asked for is not needed after all: the next to ask gets it. What is given back is lost when the service ends.</summary>
    public void GiveBack(Task<long> asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        asked.ContinueWith(
            id => _unused.Enqueue(id.Result),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    private static async Task<IReadOnlyList<long>> NextAsync(NpgsqlDataSource database, string sequence, int count)
    {
        await using var command = database.CreateCommand($"select nextval('{sequence}') from generate_series(1, $1)");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        await using var rows = await command.ExecuteReaderAsync();
        var ids = new List<long>(count);
        while (await rows.ReadAsync())
            ids.Add(rows.GetInt64(0));
        return ids;
    }
}
