using Microsoft.EntityFrameworkCore;

namespace Mannam.Payments.Provider;

/// <summary>The provider's settings: kept in its store, and at hand in memory, as every charge looks at them.</summary>
internal sealed class Behaviour(IDbContextFactory<ProviderDb> contexts) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private ProviderSettings? _now;
    private CancellationTokenSource _mode = new();

    /// <summary>Fires when the mode changes.</summary>
    public CancellationToken ModeChanged => _mode.Token;

    /// <summary>What is in force.</summary>
    public async ValueTask<ProviderSettings> NowAsync()
    {
        if (_now is { } now)
            return now;
        await _turn.WaitAsync();
        try
        {
            await using var db = await contexts.CreateDbContextAsync();
            return _now ??= await db.Set<ProviderSettings>().AsNoTracking().SingleAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Changes it: first for good, then in force.</summary>
    public async Task<ProviderSettings> ChangeAsync(Func<ProviderSettings, ProviderSettings> change)
    {
        var now = await NowAsync();
        await _turn.WaitAsync();
        try
        {
            var before = _now ?? now;
            now = change(before);
            await using var db = await contexts.CreateDbContextAsync();
            db.Update(now);
            await db.SaveChangesAsync();
            _now = now;
            if (now.Mode != before.Mode)
                await Interlocked.Exchange(ref _mode, new CancellationTokenSource()).CancelAsync();
            return now;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _mode.Dispose();
    }
}
