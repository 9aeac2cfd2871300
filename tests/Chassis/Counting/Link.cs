using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>One connection through a <see cref="Wire"/>.</summary>
internal sealed class Link(Wire wire, Socket client, Socket server)
{
    private const char ReadyForQuery = 'Z';
    private volatile Wire.Cut? _cut;

    public void Start(Action closed) => _ = RunAsync(closed);

    public void Close()
    {
        client.Dispose();
        server.Dispose();
    }

    private async Task RunAsync(Action closed)
    {
        try
        {
            await Task.WhenAny(
                PumpAsync(client, server, new Messages(startup: true), AsksAsync),
                PumpAsync(server, client, new Messages(startup: false), AnswersAsync)
            );
        }
        finally
        {
            Close();
            closed();
        }
    }

    private static async Task PumpAsync(
        Socket from,
        Socket to,
        Messages messages,
        Func<List<Message>, Memory<byte>, Socket, Task<bool>> pass
    )
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                if (!await pass(messages.Add(buffer.AsSpan(0, count)), buffer.AsMemory(0, count), to))
                    return;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other side has gone.
        }
    }

    private async Task<bool> AsksAsync(List<Message> messages, Memory<byte> bytes, Socket to)
    {
        foreach (var message in messages)
            _cut ??= wire.Take(message);
        await SendAsync(to, bytes);
        return true;
    }

    // The server answers a cut message; the client does not get the answer.
    private async Task<bool> AnswersAsync(List<Message> messages, Memory<byte> bytes, Socket to)
    {
        if (_cut is not { } cut)
        {
            await SendAsync(to, bytes);
            return true;
        }
        if (!messages.Exists(m => m.Type == ReadyForQuery))
            return true;
        Close();
        cut.Done.TrySetResult();
        return false;
    }

    private static async Task SendAsync(Socket to, Memory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await to.SendAsync(bytes)..];
    }
}

/// <summary>A message of PostgreSQL's protocol.</summary>
internal readonly record struct Message(char Type, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>Splits a stream into messages: a type, a length that counts itself, a body. A client's first message has no type.</summary>
internal sealed class Messages(bool startup)
{
    private readonly List<byte> _rest = [];
    private bool _startup = startup;

    public List<Message> Add(ReadOnlySpan<byte> bytes)
    {
        _rest.AddRange(bytes);
        var messages = new List<Message>();
        while (Next() is { } message)
            messages.Add(message);
        return messages;
    }

    private Message? Next()
    {
        var typed = _startup ? 0 : 1;
        if (_rest.Count < typed + 4)
            return null;
        var length = BinaryPrimitives.ReadInt32BigEndian([.. _rest.GetRange(typed, 4)]);
        if (_rest.Count < typed + length)
            return null;
        var message = new Message(_startup ? '\0' : (char)_rest[0], [.. _rest.GetRange(typed + 4, length - 4)]);
        _rest.RemoveRange(0, typed + length);
        _startup = false;
        return message;
    }
}
