using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mannam.Simulation.Fuzz;

/// <summary>What came back.</summary>
/// <param name="Status">0 when the connection was closed without an answer.</param>
/// <param name="Headers">By their names.</param>
/// <param name="Body">As text.</param>
/// <param name="Took">Until all of it was there.</param>
/// <param name="More">What came after it on the same connection.</param>
internal sealed record Heard(int Status, IReadOnlyDictionary<string, string> Headers, string Body, TimeSpan Took, string More = "")
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>Sends bytes as they are: no client library sends what is wrong.</summary>
internal static class Wire
{
    /// <summary>Sends a call over a connection of its own, and gives the answer.</summary>
    /// <exception cref="OperationCanceledException">None came in time.</exception>
    public static async Task<Heard> AskAsync(IPEndPoint target, Attempt attempt, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        var began = Stopwatch.GetTimestamp();
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(target, deadline.Token);
        var sending = SendAsync(socket, attempt, deadline.Token);
        var answer = await ReadAsync(socket, attempt.EndsConnection, deadline.Token);
        socket.Close();
        await sending;
        return Parse(answer, attempt.IsHead, Stopwatch.GetElapsedTime(began));
    }

    // The server need not wait for the end of what it refuses.
    private static async Task SendAsync(Socket socket, Attempt attempt, CancellationToken ct)
    {
        try
        {
            foreach (var piece in attempt.Pieces)
            {
                for (var rest = piece; rest.Length > 0; )
                    rest = rest[await socket.SendAsync(rest, ct)..];
                if (attempt.Pause > TimeSpan.Zero)
                    await Task.Delay(attempt.Pause, ct);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // What it answered tells.
        }
    }

    // Mostly a call asks for the connection to be closed after its answer.
    private static async Task<byte[]> ReadAsync(Socket socket, bool toItsEnd, CancellationToken ct)
    {
        using var all = new MemoryStream();
        var buffer = new byte[8192];
        try
        {
            while (await socket.ReceiveAsync(buffer, ct) is > 0 and var read)
            {
                all.Write(buffer, 0, read);
                if (!toItsEnd && IsWhole(all.GetBuffer().AsSpan(0, (int)all.Length)))
                    break;
            }
        }
        catch (SocketException)
        {
            // Closed: what came until then is the answer.
        }
        return all.ToArray();
    }

    // "Go on" (to who asked with Expect) comes before the answer.
    private static ReadOnlySpan<byte> Final(ReadOnlySpan<byte> heard) =>
        heard.StartsWith("HTTP/1.1 100 "u8) && heard.IndexOf("\r\n\r\n"u8) is > 0 and var end ? heard[(end + 4)..] : heard;

    // Where the length is told, nobody has to wait for the end of the connection.
    private static bool IsWhole(ReadOnlySpan<byte> heard)
    {
        var answer = Final(heard);
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        var head = Encoding.Latin1.GetString(answer[..end]);
        var at = head.IndexOf("\r\nContent-Length: ", StringComparison.OrdinalIgnoreCase);
        return at >= 0
            && long.TryParse(
                head.AsSpan(at + 18, (head + "\r\n").IndexOf("\r\n", at + 18, StringComparison.Ordinal) - at - 18),
                out var length
            )
            && answer.Length - end - 4 >= length;
    }

    private static Heard Parse(ReadOnlySpan<byte> heard, bool isHead, TimeSpan took)
    {
        var answer = Final(heard);
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return new(0, new Dictionary<string, string>(), Encoding.UTF8.GetString(answer), took);
        var lines = Encoding.Latin1.GetString(answer[..end]).Split("\r\n");
        var headers = lines
            .Skip(1)
            .Select(l => l.Split(": ", 2))
            .GroupBy(l => l[0], l => l[^1], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => string.Join(", ", g), StringComparer.OrdinalIgnoreCase);
        var body = answer[(end + 4)..];
        var next = body.IndexOf("HTTP/1.1 "u8);
        var more = next < 0 ? "" : Encoding.UTF8.GetString(body[next..]);
        if (headers.GetValueOrDefault("Transfer-Encoding") == "chunked" && !isHead)
            body = Unchunked(body);
        var status = int.TryParse(lines[0].Split(' ').ElementAtOrDefault(1), CultureInfo.InvariantCulture, out var number) ? number : 0;
        return new(status, headers, Encoding.UTF8.GetString(body), took, more);
    }

    private static byte[] Unchunked(ReadOnlySpan<byte> chunks)
    {
        using var body = new MemoryStream();
        while (
            chunks.IndexOf("\r\n"u8) is >= 0 and var line
            && int.TryParse(chunks[..line], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var size)
            && size > 0
            && chunks.Length >= line + 4 + size
        )
        {
            body.Write(chunks.Slice(line + 2, size));
            chunks = chunks[(line + 4 + size)..];
        }
        return body.ToArray();
    }
}
