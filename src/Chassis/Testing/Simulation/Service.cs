using Mannam.Abstractions;
using Mannam.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mannam.Testing;

/// <summary>One service of a simulated world: the real one, whose loops make a step when they are told to. It can die and come back.</summary>
internal sealed partial class Service(World world, ServiceHost host) : IAsyncDisposable
{
    private readonly List<ILoop> _stale = [];
    private readonly HashSet<ILoop> _busy = [];
    private readonly HashSet<ILoop> _awake = [];
    private List<ILoop> _loops = [];
    private CancellationTokenSource _life = new();

    public string Name { get; } = host.Declaration.FullName;

    public ServiceDeclaration Declaration => host.Declaration;

    /// <summary>The way in, past the network.</summary>
    public HttpMessageInvoker Door { get; } = new(new InProcessHandler(host.Server));

    public NpgsqlDataSource Store { get; } = host.Services.GetRequiredService<NpgsqlDataSource>();

    /// <summary>How often it has come back.</summary>
    public int Incarnation { get; private set; }

    /// <summary>It has died and not come back.</summary>
    public bool Away { get; private set; }

    /// <summary>The loops that may have something to do, and are not in the midst of it.</summary>
    public IEnumerable<ILoop> Ready => Away ? [] : _loops.Where(l => _awake.Contains(l) && !_busy.Contains(l));

    /// <summary>All its loops that are not in the midst of a step.</summary>
    public IEnumerable<ILoop> Idle => Away ? [] : _loops.Where(l => !_busy.Contains(l));

    /// <summary>Subscribers of earlier lives that do not know that they are dead, and may have something to do.</summary>
    public IEnumerable<ILoop> Stale => Away ? [] : _stale.Where(l => _awake.Contains(l) && !_busy.Contains(l));

    /// <summary>The loops of these names, of all lives, may have something to do.</summary>
    public void Wake(params string[] names) => _awake.UnionWith(_loops.Concat(_stale).Where(l => names.Contains(l.Name)));

    /// <summary>So may all of this life.</summary>
    public void WakeAll() => _awake.UnionWith(_loops);

    /// <summary>It dies: none of its points lets anybody pass from now on.</summary>
    public void Die()
    {
        (Away, Incarnation) = (true, Incarnation + 1);
        world.Died.Add(this);
    }

    /// <summary>Ends what it was doing, and discards its loops.</summary>
    public async Task BuryAsync(bool keepConsumer)
    {
        await world.EndAllOfAsync(Name, _life);
        foreach (var loop in _loops)
        {
            if (keepConsumer && loop.Name == "consumer")
                _stale.Add(loop);
            else
                await EndAsync(loop);
        }
        _loops = [];
        await World.LocksAreFreeAsync(Store);
    }

    /// <summary>It starts, or comes back.</summary>
    public void ComeBack()
    {
        Away = false;
        _life.Dispose();
        _life = new();
        _loops = host.MakeLoops();
        Prepare();
        WakeAll();
    }

    /// <summary>Another replica takes over what its subscriber reads, which does not know.</summary>
    public void ReplaceConsumer()
    {
        var at = _loops.FindIndex(l => l.Name == "consumer");
        _stale.Add(_loops[at]);
        _loops[at] = host.MakeLoops().First(l => l.Name == "consumer");
        Wake("consumer");
    }

    /// <summary>One step of a loop, as far as it comes.</summary>
    public Task StepAsync(ILoop loop)
    {
        var label = $"{Name} {(_stale.Contains(loop) ? "stale " : "")}{loop.Name}";
        _busy.Add(loop);
        _awake.Remove(loop);
        return world.Scheduler.DoAsync(
            label,
            async () =>
            {
                try
                {
                    if (await loop.StepAsync(_life.Token))
                        _awake.Add(loop);
                }
                catch (Exception e)
                {
                    _awake.Add(loop);
                    Failed(label, e);
                }
                finally
                {
                    _busy.Remove(loop);
                }
            }
        );
    }

    private void Failed(string label, Exception e)
    {
        if (e is OperationCanceledException)
            return;
        world.Disturbance.Branches.Add($"step failed: {e.GetType().Name}");
        world.Disturbance.Tell($"{label}: {e.GetType().Name} {(e is PublishException or FencedException ? "" : e.Message)}");
    }

    /// <summary>Those who did not know that they are dead end.</summary>
    public async Task ForgetStaleAsync()
    {
        foreach (var loop in _stale)
            await EndAsync(loop);
        _stale.Clear();
    }

    /// <summary>Its subscriber begins anew, so that nothing of it depends on earlier runs.</summary>
    public async Task BeginRunAsync()
    {
        await ForgetStaleAsync();
        var fresh = host.MakeLoops();
        for (var i = 0; i < _loops.Count; i++)
        {
            // It remembers nothing but its connection.
            if (_loops[i].Name == "relay")
                continue;
            await EndAsync(_loops[i]);
            _loops[i] = fresh.First(l => l.Name == _loops[i].Name);
        }
        Prepare();
        // There is nothing to do before somebody acts.
        _awake.Clear();
    }

    // One after the other, so that chance decides on each; and nothing that takes days.
    private void Prepare()
    {
        foreach (var scheduler in _loops.OfType<Mannam.Messaging.Scheduler>())
            (scheduler.MaxConcurrent, scheduler.ExcludedKinds) = (1, [.. Retention.Actions.Keys]);
    }

    private static async Task EndAsync(ILoop loop)
    {
        if (loop is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await ForgetStaleAsync();
        foreach (var loop in _loops)
            await EndAsync(loop);
        await host.StopAsync(TimeSpan.Zero);
        Door.Dispose();
        _life.Dispose();
    }
}
