using System.Collections.Concurrent;
using Npgsql;

namespace Mannam.Local;

/// <summary>Guarantee 5: one log writer per system assigns offsets under a lock, one append at a time, so that reading by offset misses nothing. Each append
/// commits all waiting records.</summary>
internal sealed class LogWriter(TopicLog log, LogTail tail, Failpoints failpoints) : ILoop, IAsyncDisposable
{
    private readonly ConcurrentQueue<Append> _appends = new();
    private readonly Signal _waiting = new();
    private NpgsqlConnection? _connection;
    private long[] _ends = [];
    private bool _failed;

    private sealed record Append(IReadOnlyList<TopicRecord> Records, TaskCompletionSource Done);

    public string Name => $"log {log.Topic}";

    /// <summary>Appends records, and returns when they are durable.</summary>
    /// <exception cref="PublishException">The records may be in the log or not.</exception>
    public async Task AppendAsync(IReadOnlyList<TopicRecord> records, CancellationToken ct)
    {
        var append = new Append(records, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _appends.Enqueue(append);
        _waiting.Set();
        await append.Done.Task.WaitAsync(ct);
    }

    public Task IdleAsync(CancellationToken ct) => _waiting.WaitAsync(TimeSpan.FromSeconds(1), ct);

    public async Task<bool> StepAsync(CancellationToken ct)
    {
        if (!await TryOpenAsync(ct))
            return false;
        var taken = new List<Append>();
        var records = new List<TopicRecord>();
        while (records.Count < 1000 && _appends.TryDequeue(out var append))
        {
            taken.Add(append);
            records.AddRange(append.Records);
        }
        if (records.Count == 0)
            return false;
        try
        {
            await WriteAsync(records);
            taken.ForEach(a => a.Done.SetResult());
        }
        catch (Exception e)
        {
            // The result of the commit is unknown. The ends are read again under a new lock, which is free only after the old commit has ended.
            await CloseAsync();
            taken.ForEach(a =>
                a.Done.SetException(new PublishException($"the log of {log.Topic} could not be written: {e.Message}", [], e))
            );
            throw;
        }
        return true;
    }

    // Waiting relays get an error and try again: a relay that waited here would seem to be stuck.
    private async Task<bool> TryOpenAsync(CancellationToken ct)
    {
        try
        {
            if (await OpenAsync(ct))
                return true;
            Refuse("another process writes it", null);
            return false;
        }
        catch (Exception e)
        {
            Refuse(e.Message, e);
            throw;
        }
    }

    private void Refuse(string why, Exception? e)
    {
        while (_appends.TryDequeue(out var append))
            append.Done.SetException(new PublishException($"the log of {log.Topic} cannot be written: {why}", [], e));
    }

    private async Task<bool> OpenAsync(CancellationToken ct)
    {
        if (_connection is not null)
            return true;
        // It may be another database now: restored, or created again.
        if (_failed)
            await log.MakeAsync(ct);
        _connection = await log.LockAsync(ct);
        if (_connection is null)
            return false;
        try
        {
            _ends = await log.EndsAsync(_connection, ct);
        }
        catch
        {
            await CloseAsync();
            throw;
        }
        _failed = false;
        tail.Reset(_ends);
        return true;
    }

    private async Task WriteAsync(List<TopicRecord> records)
    {
        var (partitions, offsets, ends) = (new int[records.Count], new long[records.Count], (long[])_ends.Clone());
        for (var i = 0; i < records.Count; i++)
        {
            partitions[i] = log.PartitionOf(records[i].Key);
            offsets[i] = ends[partitions[i]]++;
        }
        await failpoints.HitAsync("log.appending");
        await TopicLog.AppendAsync(_connection!, partitions, offsets, records, CancellationToken.None);
        await failpoints.HitAsync("log.appended");
        _ends = ends;
        var received = new ReceivedEvent[records.Count];
        for (var i = 0; i < received.Length; i++)
            received[i] = ReceivedEvent.Read(partitions[i], offsets[i], records[i].Key, records[i].Headers, records[i].Value);
        tail.Append(received, ends);
    }

    private async Task CloseAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        (_connection, _failed) = (null, true);
    }

    public async ValueTask DisposeAsync()
    {
        Refuse("it is closed", null);
        await CloseAsync();
    }
}
