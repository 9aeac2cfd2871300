using Microsoft.EntityFrameworkCore;

namespace Mannam.Payments.Provider;

/// <summary>The provider's settings: kept in its store, and at hand in memory, as every charge looks at them.</summary>
internal sealed class Behaviour(IDbContextFactory<ProviderDb> contexts) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private ProviderSettings? _now;

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
            now = change(_now ?? now);
            await using var db = await contexts.CreateDbContextAsync();
            db.Update(now);
            await db.SaveChangesAsync();
            return _now = now;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
