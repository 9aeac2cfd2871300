using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mannam.Gateway;

/// <summary>The result of the wait for a body.</summary>
internal enum BodyBufferState
{
    /// <summary>The body is complete, or there is none.</summary>
    Complete,

    /// <summary>The bodies in memory have reached their limit.</summary>
    Full,

    /// <summary>The client has gone.</summary>
    ClientGone,
}

/// <summary>Waits for the bodies of requests, so that slow clients do not count as concurrent requests. The memory of all bodies is limited.</summary>
/// <remarks>The web server buffers the received bytes, and refuses bodies that are too large (413) or too slow (408).</remarks>
internal sealed class BodyBuffer
{
    /// <summary>The maximum number of bytes of all bodies.</summary>
    public const long Most = 64L << 20;

    // A size that costs no extra memory: with the headers it fits into the connection's own buffer.
    private const long Small = 16 << 10;

    private long _held;

    /// <summary>Waits until the whole body has arrived. The caller releases the held bytes by <see cref="Release"/>.</summary>
    public async ValueTask<(BodyBufferState State, long Held)> BufferAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
            return (BodyBufferState.Complete, 0);
        var reader = context.Request.BodyReader;
        long mine = 0;
        try
        {
            while (true)
            {
                if (!reader.TryRead(out var read))
                    read = await reader.ReadAsync(context.RequestAborted);
                var (length, completed) = (read.Buffer.Length, read.IsCompleted);
                // Nothing is consumed, everything is examined: the service reads the body from the beginning.
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                if (length > Small)
                {
                    var full = Interlocked.Add(ref _held, length - mine) > Most;
                    mine = length;
                    if (full)
                    {
                        Release(mine);
                        return (BodyBufferState.Full, 0);
                    }
                }
                if (completed)
                    return (BodyBufferState.Complete, mine);
            }
        }
        // If the client is still connected, the service refuses a body that cannot be read.
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            Release(mine);
            return (BodyBufferState.ClientGone, 0);
        }
        catch
        {
            Release(mine);
            throw;
        }
    }

    /// <summary>Releases the bytes of a request that has ended.</summary>
    public void Release(long bytes)
    {
        if (bytes > 0)
            Interlocked.Add(ref _held, -bytes);
    }
}
