using System.Collections.Concurrent;
using System.Net.Sockets;
using Npgsql;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>The connection between Npgsql and PostgreSQL. A test can break it, or lose the answer of a statement that was executed.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wire").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentDictionary<Link, bool> _links = [];
    private readonly UnixDomainSocketEndPoint _server;
    private volatile bool _broken;
    private Cut? _armed;

    /// <param name="database">The database behind the wire.</param>
    public Wire(string database)
    {
        var direct = new NpgsqlConnectionStringBuilder(database);
        _server = new UnixDomainSocketEndPoint($"{direct.Host}/.s.PGSQL.{direct.Port}");
        ConnectionString = new NpgsqlConnectionStringBuilder(database) { Host = _folder, Port = 1 }.ToString();
        _listener.Bind(new UnixDomainSocketEndPoint($"{_folder}/.s.PGSQL.1"));
        _listener.Listen();
        _ = AcceptAsync();
    }

    /// <summary>The same database, over this wire.</summary>
    public string ConnectionString { get; }

    /// <summary>Cuts the connection that sends the next <c>COMMIT</c>, after the server has executed it. The task ends with the cut.</summary>
    /// <remarks>The <c>COMMIT</c> may be alone, or the last statement of a batch that is not prepared yet.</remarks>
    public Task CutAtNextCommit() =>
        Arm(m => m.Type is 'Q' or 'P' && m.Text.TrimStart('\0').StartsWith("COMMIT\0", StringComparison.OrdinalIgnoreCase));

    /// <summary>Cuts the connection that ends the next statement batch, after the server has executed it. The task ends with the cut.</summary>
    public Task CutAtNextBatch() => Arm(m => m.Type == 'S');

    private Task Arm(Func<Message, bool> at)
    {
        var cut = new Cut(at);
        Volatile.Write(ref _armed, cut);
        return cut.Done.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>From now on PostgreSQL cannot be reached.</summary>
    public void Break()
    {
        _broken = true;
        foreach (var link in _links.Keys)
            link.Close();
    }

    /// <summary>PostgreSQL can be reached again.</summary>
    public void Mend() => _broken = false;

    /// <summary>The armed cut, if this message is the one. Only one connection is cut.</summary>
    internal Cut? Take(Message message)
    {
        var armed = Volatile.Read(ref _armed);
        return armed is not null && armed.At(message) && Interlocked.CompareExchange(ref _armed, null, armed) == armed ? armed : null;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync();
                if (_broken)
                {
                    client.Dispose();
                    continue;
                }
                var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await server.ConnectAsync(_server);
                var link = new Link(this, client, server);
                _links[link] = true;
                link.Start(() => _links.TryRemove(link, out _));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The wire was closed.
        }
    }

    public ValueTask DisposeAsync()
    {
        Break();
        _listener.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A cut that is armed: the message it waits for.</summary>
    internal sealed record Cut(Func<Message, bool> At)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
