using System.Globalization;
using Npgsql;

namespace Mannam.Testing;

/// <summary>Runs seeds one after the other in a world of its own; what a run left broken is not met by the next.</summary>
internal sealed class RunSequence(SimulatedBusiness business, string server, string prefix) : IAsyncDisposable
{
    // All runs begin at the same hour, far from what earlier ones left due.
    private static readonly TimeSpan Apart = TimeSpan.FromHours(1);

    // No other number of a story is as high.
    private const long Lowest = 1_000_000;
    private World? _world;
    private int _worlds;
    private long _first;

    /// <summary>One run.</summary>
    public async Task<RunResult> RunAsync(int seed)
    {
        _world ??= await OpenAsync();
        await BeginAsync(_world);
        var run = new Run(_world, seed, _first);
        try
        {
            var result = await run.PlayAsync();
            if (result.Violations.Count > 0)
                await CloseAsync();
            return result;
        }
        catch (SimulatorException e)
        {
            // Nothing of that world can be ended in order any more.
            await _world.DropAsync();
            _world = null;
            return run.Stuck(e.Message);
        }
    }

    private async Task<World> OpenAsync()
    {
        var opened = await World.StartAsync(business, server, string.Create(CultureInfo.InvariantCulture, $"{prefix}{++_worlds}_"));
        _first = 0;
        foreach (var action in business.Preparation)
        {
            using var request = Users.RequestOf(action);
            using var answer = await opened.Serving(request.RequestUri!.AbsolutePath).Door.SendAsync(request, CancellationToken.None);
            answer.EnsureSuccessStatusCode();
        }
        return opened;
    }

    // A run's keys begin at the same place of the partitions as every other run's, and all other ids beside them.
    private async Task BeginAsync(World opened)
    {
        var used = Lowest;
        foreach (var (service, sequence) in business.IdSequences)
        {
            await using var last = opened[service]
                .Store.CreateCommand($"select case when is_called then last_value else 0 end from {sequence}");
            used = Math.Max(used, (long)(await last.ExecuteScalarAsync())!);
        }
        _first = (used / World.Partitions + 1) * World.Partitions;
        foreach (var (service, sequence) in business.IdSequences)
        {
            await using var set = opened[service].Store.CreateCommand($"select setval('{sequence}', $1)");
            set.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _first });
            await set.ExecuteScalarAsync();
        }
        opened.Set(business.Settings);
        opened.Topic.Forget();
        opened.Clock.Pass(Apart);
        await opened.TellTimeAsync();
        await SkipAsync(opened);
        foreach (var each in opened.Services)
            await each.BeginRunAsync();
    }

    // What earlier runs left in the topic is handled, or passed by: positions are moved past what nobody takes only with the next event.
    private static async Task SkipAsync(World opened)
    {
        await using var last = opened.Log.CreateCommand("""select partition, max("offset") + 1 from log group by partition""");
        await using var rows = await last.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            foreach (var each in opened.Services.Where(s => s.Declaration.SubscribesTo.Count > 0))
            {
                await using var skip = each.Store.CreateCommand("update positions set next = $2, last = null where partition = $1");
                skip.Parameters.Add(new NpgsqlParameter<int> { TypedValue = rows.GetInt32(0) });
                skip.Parameters.Add(new NpgsqlParameter<long> { TypedValue = rows.GetInt64(1) });
                await skip.ExecuteNonQueryAsync();
            }
        }
    }

    private async Task CloseAsync()
    {
        if (_world is not null)
            await _world.DisposeAsync();
        _world = null;
    }

    public async ValueTask DisposeAsync() => await CloseAsync();
}
