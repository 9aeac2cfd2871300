using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mannam.Gateway;

/// <summary>What became of the wait for a body.</summary>
internal enum BodyBufferState
{
    /// <summary>It is there, or there is none.</summary>
    Complete,

    /// <summary>The bodies under way hold as much memory as they may.</summary>
    Full,

    /// <summary>The client has gone.</summary>
    ClientGone,
}

/// <summary>Waits for the bodies of requests, so that a slow client holds no place of those that are worked on; what all of them hold is bounded.</summary>
/// <remarks>The web server keeps what has come, and refuses what is too large (413) or too slow (408).</remarks>
internal sealed class BodyBuffer
{
    /// <summary>How many bytes the bodies of all requests may hold.</summary>
    public const long Most = 64L << 20;

    // As small as it costs nothing to keep: with the headers it fits into the connection's own buffer.
    private const long Small = 16 << 10;

    private long _held;

    /// <summary>Waits until the whole body has come. What it holds is to be given back by <see cref="Release"/>.</summary>
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
                // Nothing is taken, all was looked at: whoever answers reads it from the beginning.
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
        // A body that cannot be read although its client is there is refused by whoever answers.
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

    /// <summary>The request has ended.</summary>
    public void Release(long bytes)
    {
        if (bytes > 0)
            Interlocked.Add(ref _held, -bytes);
    }
}
