using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>The lock of the active relay: it belongs to one replica's connection. The other replicas notify that relay after their commits.</summary>
/// <remarks>They send a NOTIFY on this connection, at most one each <see cref="Apart"/>. A NOTIFY inside a command's transaction would serialise all commits
/// of the server.</remarks>
/// <param name="connectionString">The service's database.</param>
/// <param name="replicated">Whether there may be other replicas.</param>
/// <param name="signal">Wakes the relay.</param>
internal sealed class RelayLock(string connectionString, bool replicated, Signal signal) : IAsyncDisposable
{
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan AfterLoss = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _database = Store.Open(Lasting(connectionString));

    // A LISTEN connection may be silent for a long time. Npgsql checks every 5 s whether it is still alive.
    private readonly NpgsqlDataSource _listener = Store.Open(
        new NpgsqlConnectionStringBuilder(Lasting(connectionString)) { KeepAlive = 5 }.ToString()
    );
    private readonly CancellationTokenSource _left = new();
    private NpgsqlConnection? _connection;
    private bool _held;
    private Task _listening = Task.CompletedTask;

    /// <summary>The connection that holds the lock; null if another replica holds it, which is then notified.</summary>
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

    // On its own connection, because the other one is busy. While it fails, the relay's slow poll still finds all events.
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
                // Any exception, including Npgsql's own errors.
                await Task.Delay(AfterLoss, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task HearAsync(CancellationToken ct)
    {
        await using var connection = await _listener.OpenConnectionAsync(ct);
        await using var listen = new NpgsqlCommand("listen mannam_outbox", connection);
        await listen.ExecuteNonQueryAsync(ct);
        // A NOTIFY before this LISTEN was missed.
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

    // The lock must be released soon after this process's machine is lost. A removal that is lost with the server's memory is only published twice.
    private static string Lasting(string connectionString)
    {
        // A store that does not answer is given up soon, and found again at its new address.
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            Timeout = 5,
            CommandTimeout = 10,
        };
        settings.Options += " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2 -c synchronous_commit=off";
        return settings.ToString();
    }

    /// <summary>Releases the lock by closing its connection.</summary>
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
