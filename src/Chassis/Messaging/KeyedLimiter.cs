namespace Mannam.Messaging;

/// <summary>Limits the connections that changes of rows use. Changes of one saga run one at a time and wait in memory, without a connection. Changes of all
/// sagas together use a few connections. So a locked row blocks one connection, for the duration of the lock timeout.</summary>
/// <param name="maxConcurrent">The maximum number of concurrent changes, from 1.</param>
internal sealed class KeyedLimiter(int maxConcurrent)
{
    // The wait for a slot while other changes wait for locked rows. Many changes of one saga succeed one by one: each ends within the store's time limits,
    // and the limit of concurrent requests bounds their number.
    private static readonly TimeSpan WhileHeld = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, Queue<Waiting>> _sagas = [];
    private readonly Queue<Waiting> _places = new();
    private int _free = maxConcurrent;

    private sealed class Waiting() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Since { get; } = Environment.TickCount64;
    }

    /// <summary>Runs a change when no other change of the saga runs and a slot is free.</summary>
    /// <param name="key">The saga's key.</param>
    /// <param name="change">The change. It uses a connection, and may wait for the saga's row.</param>
    /// <exception cref="BusyException">The row, or too many other rows, are locked: nothing was done.</exception>
    public async Task<T> RunAsync<T>(long key, Func<Task<T>> change)
    {
        if (EnterSaga(key) is { } turn)
            await turn.Task;
        Exception? held = null;
        try
        {
            return await PlacedAsync(change);
        }
        catch (Exception e) when (Holds(e))
        {
            held = e;
            throw;
        }
        finally
        {
            LeaveSaga(key, held);
        }
    }

    private async Task<T> PlacedAsync<T>(Func<Task<T>> change)
    {
        if (EnterPlace() is { } place)
            await place.Task;
        Exception? held = null;
        try
        {
            return await change();
        }
        catch (Exception e) when (Holds(e))
        {
            held = e;
            throw;
        }
        finally
        {
            LeavePlace(held);
        }
    }

    // A store that does not answer blocks everything.
    private static bool Holds(Exception e) => StoreFailures.IsBlocked(e) || StoreFailures.IsTimeout(e);

    // Null if the caller may enter at once.
    private Waiting? EnterSaga(long key)
    {
        lock (_gate)
        {
            if (_sagas.TryAdd(key, new()))
                return null;
            var turn = new Waiting();
            _sagas[key].Enqueue(turn);
            return turn;
        }
    }

    // If the row is locked, all changes that wait for it are refused: each would wait as long again.
    private void LeaveSaga(long key, Exception? held)
    {
        lock (_gate)
        {
            var line = _sagas[key];
            while (line.TryDequeue(out var next))
            {
                if (held is null)
                {
                    next.SetResult();
                    return;
                }
                next.SetException(new BusyException("another session holds the row", held));
            }
            _sagas.Remove(key);
        }
    }

    private Waiting? EnterPlace()
    {
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return null;
            }
            var place = new Waiting();
            _places.Enqueue(place);
            return place;
        }
    }

    // If a row was locked, changes that have waited too long are refused: they might wait for one locked row after the other.
    private void LeavePlace(Exception? held)
    {
        lock (_gate)
        {
            while (_places.TryDequeue(out var next))
            {
                if (held is null || Environment.TickCount64 - next.Since < WhileHeld.TotalMilliseconds)
                {
                    next.SetResult();
                    return;
                }
                next.SetException(new BusyException("too many other changes wait for their rows", held));
            }
            _free++;
        }
    }
}

/// <summary>A change could not run in time, because other changes are in progress. Nothing was done.</summary>
public sealed class BusyException(string why, Exception? cause = null) : Exception(why, cause);
