using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Mannam.Hosting;

/// <summary>
/// The server of a service that shares its process with others: a complete web application without a socket. The edge and
/// <see cref="InProcessHandler"/> pass requests to it.
/// </summary>
/// <remarks>
/// It may be started again after a stop. All members are thread-safe.
/// </remarks>
public sealed class InProcessServer : IServer
{
    private static readonly Task<bool> NotRunning = Task.FromResult(false);

    private Application? _application;
    private TaskCompletionSource? _idle;
    private int _inProgress;

    /// <summary>Empty: there is no address to listen on.</summary>
    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>Whether new requests are accepted.</summary>
    public bool IsRunning => Volatile.Read(ref _application) is not null;

    /// <summary>The number of requests whose answer is not complete.</summary>
    public int InProgress => Volatile.Read(ref _inProgress);

    /// <summary>Runs one request through the application.</summary>
    /// <param name="features">
    /// The request. When the answer is complete, its <see cref="IHttpResponseFeature"/> must call the callbacks of <c>OnCompleted</c>, as every
    /// server does: until then the request is in progress and its services are kept.
    /// </param>
    /// <returns>False at once, with nothing done, if the server is not running; true when the application has finished.</returns>
    /// <exception cref="Exception">The application's pipeline threw it.</exception>
    public Task<bool> ProcessAsync(IFeatureCollection features)
    {
        ArgumentNullException.ThrowIfNull(features);
        // First count, then check: either a stop sees this request, or this request sees the stop.
        Interlocked.Increment(ref _inProgress);
        var running = Volatile.Read(ref _application);
        if (running is not null)
            return running.ProcessAsync(features);
        Leave();
        return NotRunning;
    }

    /// <inheritdoc/>
    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        Interlocked.Exchange(ref this._application, new Application<TContext>(this, application));
        return Task.CompletedTask;
    }

    /// <summary>Refuses new requests, and waits for those in progress.</summary>
    /// <param name="cancellationToken">Ends the wait; requests that still run go on, see <see cref="InProgress"/>.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _application, null);
        var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _idle, signal);
        if (InProgress > 0)
            await signal.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Refuses new requests.</summary>
    public void Dispose() => Interlocked.Exchange(ref _application, null);

    private void Leave()
    {
        if (Interlocked.Decrement(ref _inProgress) == 0)
            Volatile.Read(ref _idle)?.TrySetResult();
    }

    private abstract class Application
    {
        public abstract Task<bool> ProcessAsync(IFeatureCollection features);
    }

    private sealed class Application<TContext>(InProcessServer server, IHttpApplication<TContext> application) : Application
        where TContext : notnull
    {
        public override async Task<bool> ProcessAsync(IFeatureCollection features)
        {
            var request = new Request(server, application);
            try
            {
                features.GetRequiredFeature<IHttpResponseFeature>().OnCompleted(static request => ((Request)request).EndAsync(), request);
            }
            catch
            {
                server.Leave();
                throw;
            }
            await request.RunAsync(features);
            return true;
        }

        private sealed class Request(InProcessServer server, IHttpApplication<TContext> application)
        {
            private TContext? _context;
            private bool _begun;
            private Exception? _failure;

            public Task RunAsync(IFeatureCollection features)
            {
                _context = application.CreateContext(features);
                _begun = true;
                var run = application.ProcessRequestAsync(_context);
                return run.IsCompletedSuccessfully ? run : WatchAsync(run);
            }

            // Registered first, so it runs last: the application's callbacks still find their context, and its services are disposed of before the request
            // counts as ended.
            public Task EndAsync()
            {
                try
                {
                    if (_begun)
                        application.DisposeContext(_context!, _failure);
                }
                finally
                {
                    server.Leave();
                }
                return Task.CompletedTask;
            }

            private async Task WatchAsync(Task run)
            {
                try
                {
                    await run;
                }
                catch (Exception exception)
                {
                    _failure = exception;
                    throw;
                }
            }
        }
    }
}
