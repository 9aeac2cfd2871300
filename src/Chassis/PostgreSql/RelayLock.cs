using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>Which replica's relay is active: the one whose connection holds the lock. The others tell it, after their commits, that there is something.</summary>
/// <remarks>They tell it by a NOTIFY on this connection, at most one each <see cref="Apart"/>: one inside a command's transaction would let all commits
/// of the server wait for each other.</remarks>
/// <param name="connectionString">The service's database.</param>
/// <param name="replicated">Whether there may be other replicas.</param>
/// <param name="signal">Wakes the relay.</param>
internal sealed class RelayLock(string connectionString, bool replicated, Signal signal) : IAsyncDisposable
{
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan AfterLoss = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _database = Store.Open(Lasting(connectionString));

    // A listening connection may be silent for a long time. Npgsql asks every 5 s whether it is still there.
    private readonly NpgsqlDataSource _listener = Store.Open(
        new NpgsqlConnectionStringBuilder(Lasting(connectionString)) { KeepAlive = 5 }.ToString()
    );
    private readonly CancellationTokenSource _left = new();
    private NpgsqlConnection? _connection;
    private bool _held;
    private Task _listening = Task.CompletedTask;

    /// <summary>The connection that holds the lock; null while another replica's does, which was told then.</summary>
    public async Task<NpgsqlConnection?> AcquireAsync(CancellationToken ct)
    {
        if (_held)
            return _connection;
        _connection ??= await _database.OpenConnectionAsync(ct);
        _held = await ScalarAsync("select pg_try_advisory_lock(77001520, 2)", ct) is true;
        if (!replicated)
            return _held ? _connection : null;
        if (_held)
        {
            _listening = ListenAsync(_left.Token);
            return _connection;
        }
        await ScalarAsync("notify mannam_outbox", ct);
        await Task.Delay(Apart, ct);
        return null;
    }

    // On a connection of its own, as the other one is busy. While it fails, the relay's slow poll still finds everything.
    private async Task ListenAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await HearAsync(ct);
            }
            catch (Exception)
            {
                // Whatever it is, Npgsql's own stumbling too.
                await Task.Delay(AfterLoss, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task HearAsync(CancellationToken ct)
    {
        await using var connection = await _listener.OpenConnectionAsync(ct);
        await using var listen = new NpgsqlCommand("listen mannam_outbox", connection);
        await listen.ExecuteNonQueryAsync(ct);
        // A NOTIFY that came before this LISTEN was missed.
        signal.Set();
        while (true)
        {
            await connection.WaitAsync(ct);
            signal.Set();
        }
    }

    private async Task<object?> ScalarAsync(string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        return await command.ExecuteScalarAsync(ct);
    }

    // The lock must be free soon after this process' machine is gone. And a removal lost with the server's memory is only published twice.
    private static string Lasting(string connectionString)
    {
        // A store that does not answer is given up soon, and found again where it is then.
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            Timeout = 5,
            CommandTimeout = 10,
        };
        settings.Options += " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2 -c synchronous_commit=off";
        return settings.ToString();
    }

    /// <summary>Gives up the lock, and with it the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _listening;
        if (_connection is not null)
            await _connection.DisposeAsync();
        await _database.DisposeAsync();
        await _listener.DisposeAsync();
        _left.Dispose();
    }
}
