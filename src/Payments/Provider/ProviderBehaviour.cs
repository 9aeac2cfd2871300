using Microsoft.EntityFrameworkCore;

namespace Mannam.Payments.Provider;

/// <summary>The settings that are in force.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="ModeChanged">Fires at the next change of the mode, also if the mode is changed back later.</param>
internal sealed record InForce(ProviderSettings Settings, CancellationToken ModeChanged);

/// <summary>The provider's settings. They are stored, and kept in memory because every charge reads them.</summary>
internal sealed class ProviderBehaviour(IDbContextFactory<ProviderDb> contexts) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private CancellationTokenSource _mode = new();
    private InForce? _now;

    /// <summary>The settings in force.</summary>
    public async ValueTask<InForce> NowAsync()
    {
        if (_now is { } now)
            return now;
        await _turn.WaitAsync();
        try
        {
            await using var db = await contexts.CreateDbContextAsync();
            return _now ??= new InForce(await db.Set<ProviderSettings>().AsNoTracking().SingleAsync(), _mode.Token);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Changes the settings: first in the store, then in memory.</summary>
    public async Task<ProviderSettings> ChangeAsync(Func<ProviderSettings, ProviderSettings> change)
    {
        await NowAsync();
        await _turn.WaitAsync();
        try
        {
            var before = _now!.Settings;
            var now = change(before);
            await using var db = await contexts.CreateDbContextAsync();
            db.Update(now);
            await db.SaveChangesAsync();
            var mode = _mode;
            if (now.Mode != before.Mode)
                _mode = new CancellationTokenSource();
            _now = new InForce(now, _mode.Token);
            if (mode != _mode)
                await mode.CancelAsync();
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
