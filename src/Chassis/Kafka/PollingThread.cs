using System.Collections.Concurrent;

namespace Mannam.Kafka;

/// <summary>Its own thread for blocking calls, one at a time, so that they block no thread of the pool.</summary>
internal sealed class PollingThread : IDisposable
{
    private readonly BlockingCollection<Action> _calls = [];

    public PollingThread(string name) => new Thread(Run) { IsBackground = true, Name = name }.Start();

    public Task<T> RunAsync<T>(Func<T> call)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls.Add(() =>
        {
            try
            {
                done.SetResult(call());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    private void Run()
    {
        foreach (var call in _calls.GetConsumingEnumerable())
            call();
        _calls.Dispose();
    }

    /// <summary>Ends the thread after its queued calls.</summary>
    public void Dispose() => _calls.CompleteAdding();
}
