namespace Mannam.Messaging;

/// <summary>Bounds what changes of rows may hold. Changes of one saga go one after the other, and wait in memory, not each on a connection; changes of all
/// sagas together take a few connections at most. So a row that somebody else holds costs one connection, for as long as a statement waits for it.</summary>
/// <param name="maxConcurrent">How many changes are under way at once, from 1.</param>
internal sealed class KeyedLimiter(int maxConcurrent)
{
    // For a place, while others wait for rows that are held. A crowd that moves is let through, one by one: each change ends within the store's time limits,
    // and how many wait is bounded by the requests that may be in progress.
    private static readonly TimeSpan WhileHeld = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, Queue<Waiting>> _sagas = [];
    private readonly Queue<Waiting> _places = new();
    private int _free = maxConcurrent;

    private sealed class Waiting() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Since { get; } = Environment.TickCount64;
    }

    /// <summary>Makes a change when it is the saga's turn and a place is free.</summary>
    /// <param name="key">The saga's.</param>
    /// <param name="change">What holds a connection, and may wait for the saga's row.</param>
    /// <exception cref="BusyException">The row is held by somebody else, or too many others are held: nothing was done.</exception>
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

    // A store that does not answer holds everything.
    private static bool Holds(Exception e) => StoreFailures.IsBlocked(e) || StoreFailures.IsTimeout(e);

    // Null where whoever enters need not wait.
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

    // Where the row is held, all who wait for it are refused: each would wait as long again.
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
                next.SetException(new BusyException("somebody else holds it", held));
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

    // Where a row was held, those who have waited for long are refused: they might wait behind one held row after the other.
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

/// <summary>A change could not be made in time, because others are being made. Nothing was done.</summary>
public sealed class BusyException(string why, Exception? cause = null) : Exception(why, cause);
