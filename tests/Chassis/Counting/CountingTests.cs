using Xunit;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>Tests of the chassis on the system Counting; each has a world of its own.</summary>
public abstract class CountingTests(PostgresFixture postgres) : IAsyncLifetime
{
    private protected World World { get; } = new(postgres);

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync() => await World.OpenLogAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await World.DisposeAsync();
    }
}
