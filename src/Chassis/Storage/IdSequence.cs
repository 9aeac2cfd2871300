using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>The ids of a service's requests: 64-bit, ascending from 1. Those who ask at the same moment share one round trip.</summary>
public sealed class IdSequence(NpgsqlDataSource database, string sequence)
{
    private readonly Lock _gate = new();
    private List<TaskCompletionSource<long>> _waiting = [];
    private bool _asking;

    /// <summary>The next id. Ask only when the request is about to be recorded: an id that was asked for is used up.</summary>
    /// <exception cref="NpgsqlException">The store cannot be reached.</exception>
    public Task<long> NextAsync()
    {
        var next = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Add(next);
            if (_asking)
                return next.Task;
            _asking = true;
        }
        _ = ServeAsync();
        return next.Task;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            List<TaskCompletionSource<long>> served;
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _asking = false;
                    return;
                }
                (served, _waiting) = (_waiting, []);
            }
            await ServeAsync(served);
        }
    }

    private async Task ServeAsync(List<TaskCompletionSource<long>> waiting)
    {
        var served = 0;
        try
        {
            await using var command = database.CreateCommand($"select nextval('{sequence}') from generate_series(1, $1)");
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = waiting.Count });
            await using var ids = await command.ExecuteReaderAsync();
            while (await ids.ReadAsync())
                waiting[served++].SetResult(ids.GetInt64(0));
        }
        catch (Exception e)
        {
            for (; served < waiting.Count; served++)
                waiting[served].SetException(e);
        }
    }
}
