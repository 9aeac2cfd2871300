namespace Mannam.Messaging;

/// <summary>Batches concurrent queries. Queries that arrive while <c>atOnce</c> round trips are in flight join the next batch. A single query is sent at
/// once.</summary>
/// <param name="ask">Sends a batch; the answers are in the order of the questions. Each caller gets its exception.</param>
/// <param name="atOnce">The maximum number of round trips in flight, from 1.</param>
internal sealed class RequestBatcher<TQuestion, TAnswer>(Func<IReadOnlyList<TQuestion>, Task<IReadOnlyList<TAnswer>>> ask, int atOnce = 1)
{
    private const int Most = 256;
    private readonly Lock _gate = new();
    private readonly Queue<PendingRequest> _waiting = new();
    private int _underWay;

    private sealed record PendingRequest(TQuestion Question, TaskCompletionSource<TAnswer> Answer);

    /// <summary>The answer to one question.</summary>
    public Task<TAnswer> AskAsync(TQuestion question)
    {
        var asked = new PendingRequest(question, new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _waiting.Enqueue(asked);
            if (_underWay == atOnce)
                return asked.Answer.Task;
            _underWay++;
        }
        ExecutionContext.Run(EmptyContext.Value, static shared => _ = ((RequestBatcher<TQuestion, TAnswer>)shared!).ServeAsync(), this);
        return asked.Answer.Task;
    }

    private async Task ServeAsync()
    {
        while (Next() is { Count: > 0 } next)
            await ServeAsync(next);
    }

    private List<PendingRequest> Next()
    {
        lock (_gate)
        {
            var next = new List<PendingRequest>(Math.Min(_waiting.Count, Most));
            while (next.Count < Most && _waiting.TryDequeue(out var asked))
                next.Add(asked);
            if (next.Count == 0)
                _underWay--;
            return next;
        }
    }

    private async Task ServeAsync(List<PendingRequest> next)
    {
        try
        {
            var answers = await ask([.. next.Select(a => a.Question)]);
            for (var i = 0; i < next.Count; i++)
                next[i].Answer.SetResult(answers[i]);
        }
        catch (Exception e)
        {
            next.ForEach(a => a.Answer.TrySetException(e));
        }
    }
}

/// <summary>An empty execution context, created once per process: a batch must not run with the trace and identity (AsyncLocal) of one caller.</summary>
file static class EmptyContext
{
    public static readonly ExecutionContext Value = Capture();

    // A thread that starts without the caller's context has an empty one.
    private static ExecutionContext Capture()
    {
        ExecutionContext? captured = null;
        var thread = new Thread(() => captured = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return captured!;
    }
}
