using System.Net;
using System.Net.Sockets;

namespace Mannam.Bench.Load;

/// <summary>
/// One keep-alive HTTP/1.1 connection. It sends prepared bytes, and reads only what a benchmark needs. <see cref="HttpClient"/> would use about as much
/// CPU of the two cores as the service under test.
/// </summary>
internal sealed class HttpConnection(IPEndPoint target) : IDisposable
{
    private readonly byte[] buffer = new byte[16 * 1024];
    private Socket? socket;
    private int start;
    private int end;

    /// <summary>Opens the connection if it is not open.</summary>
    internal async ValueTask ConnectAsync()
    {
        if (socket is not null)
        {
            return;
        }
        var opened = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await opened.ConnectAsync(target);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
        socket = opened;
    }

    /// <summary>Sends a whole request and reads the whole answer.</summary>
    /// <exception cref="IOException">The server closed the connection, or the answer is not HTTP/1.1 with a length or in chunks.</exception>
    internal async ValueTask<AnswerHead> ExchangeAsync(ReadOnlyMemory<byte> request)
    {
        await ConnectAsync();
        await socket!.SendAsync(request);
        start = end = 0;
        int headLength;
        while ((headLength = buffer.AsSpan(0, end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            await FillAsync();
        }
        var head = AnswerHead.Parse(buffer.AsSpan(0, headLength + 2));
        start = headLength + 4;
        if (head.Chunked)
        {
            await SkipChunksAsync();
        }
        else
        {
            await SkipAsync(head.ContentLength);
        }
        if (head.Closes)
        {
            Dispose();
        }
        return head;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        socket?.Dispose();
        socket = null;
    }

    private async ValueTask SkipChunksAsync()
    {
        while (true)
        {
            int line;
            while ((line = buffer.AsSpan(start, end - start).IndexOf("\r\n"u8)) < 0)
            {
                await FillAsync();
            }
            var size = AnswerHead.ParseHex(buffer.AsSpan(start, line));
            start += line + 2;
            // A chunk's bytes and the line end after them. After the last chunk (size 0) that is the end of the body.
            await SkipAsync(size + 2);
            if (size == 0)
            {
                return;
            }
        }
    }

    private async ValueTask SkipAsync(long count)
    {
        while (end - start < count)
        {
            count -= end - start;
            start = end = 0;
            await FillAsync();
        }
        start += (int)count;
    }

    private async ValueTask FillAsync()
    {
        if (end == buffer.Length)
        {
            if (start == 0)
            {
                throw new IOException("a head or chunk line of an answer is longer than 16 KB");
            }
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }
        var read = await socket!.ReceiveAsync(buffer.AsMemory(end));
        if (read == 0)
        {
            throw new IOException("the server closed the connection in the middle of an exchange");
        }
        end += read;
    }
}
