using System.Collections.Concurrent;
using Mannam.Bench.Stand;

namespace Mannam.Bench.Load;

/// <summary>A pool of keep-alive connections, one per concurrent request.</summary>
internal sealed class Connections(Side side) : IDisposable
{
    private readonly ConcurrentBag<HttpConnection> free = [];

    /// <summary>Sends a request on a free connection, or on a new one.</summary>
    internal async Task<AnswerHead> AskAsync(ReadOnlyMemory<byte> request)
    {
        if (!free.TryTake(out var connection))
            connection = new HttpConnection(side.Endpoint);
        try
        {
            var answer = await connection.ExchangeAsync(request);
            free.Add(connection);
            return answer;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var connection in free)
            connection.Dispose();
    }
}
