using Mannam.Chassis.Hosting;
using Npgsql;

namespace Mannam.Chassis.Messaging;

/// <summary>Guarantee 1, the second half: publishes what the outbox holds, unsent rows by id, and removes what the transport has for certain.</summary>
/// <remarks>One relay a service is active, by an advisory lock on a connection of its own. It reads what is there, never from a high-water mark:
/// commits do not come in the order of their numbers. Killed between publishing and removing, it publishes twice; the inbox covers that.</remarks>
internal sealed class Relay(
    string connectionString,
    string topic,
    ITransport transport,
    Points points,
    OutboxSignal signal,
    ServiceMetrics metrics
) : ILoop, IAsyncDisposable
{
    private const int Most = 500;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // The lock must be free soon after this process' machine is gone. And a removal lost with the server's memory is only published twice.
    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        Pooling = false,
        Options = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2 -c synchronous_commit=off",
    }.ToString();
    private NpgsqlConnection? _connection;

    public string Name => "relay";

    public Task IdleAsync(CancellationToken ct) => signal.WaitAsync(Poll, ct);

    public async Task<bool> StepAsync(CancellationToken ct)
    {
        try
        {
            if (!await IsActiveAsync(ct))
                return false;
            var (ids, records) = await UnsentAsync(ct);
            if (ids.Length == 0)
                return false;
            await points.AtAsync("relay.publishing");
            await PublishAsync(ids, records, ct);
            return ids.Length == Most;
        }
        catch (NpgsqlException)
        {
            await DisposeAsync();
            throw;
        }
    }

    private async Task PublishAsync(long[] ids, List<Record> records, CancellationToken ct)
    {
        try
        {
            await transport.PublishAsync(topic, records, ct);
        }
        catch (PublishException e)
        {
            await RemoveAsync([.. e.Delivered.Select(i => ids[i])], ct);
            throw;
        }
        metrics.Published(records.Count);
        await points.AtAsync("relay.published");
        await RemoveAsync(ids, ct);
        await points.AtAsync("relay.removed");
    }

    private async Task<bool> IsActiveAsync(CancellationToken ct)
    {
        if (_connection is not null)
            return true;
        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(ct);
            await using var tryLock = new NpgsqlCommand("select pg_try_advisory_lock(77001520, 2)", connection);
            if (await tryLock.ExecuteScalarAsync(ct) is not true)
                return false;
            (_connection, connection) = (connection, null);
            return true;
        }
        finally
        {
            if (connection is not null)
                await connection.DisposeAsync();
        }
    }

    private async Task<(long[] Ids, List<Record> Records)> UnsentAsync(CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select id, key, headers, value from outbox order by id limit 500", _connection);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var ids = new List<long>();
        var records = new List<Record>();
        while (await rows.ReadAsync(ct))
        {
            ids.Add(rows.GetInt64(0));
            records.Add(new Record(rows.GetInt64(1), rows.GetString(2), rows.GetString(3)));
        }
        return ([.. ids], records);
    }

    private async Task RemoveAsync(long[] ids, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("delete from outbox where id = any($1)", _connection);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = ids });
        await command.ExecuteNonQueryAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        _connection = null;
    }
}
