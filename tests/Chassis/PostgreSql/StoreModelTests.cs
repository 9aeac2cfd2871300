using Mannam.Tests.Chassis.Counting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mannam.Tests.Chassis.PostgreSql;

public sealed class StoreModelTests(PostgresFixture postgres) : CountingTests(postgres)
{
    [Fact]
    public async Task A_service_works_after_EF_Core_evicted_its_cached_model()
    {
        var counter = await World.StartAsync("counter");
        await counter.CountAsync(1);

        await using (
            var db = await counter
                .Services.GetRequiredService<IDbContextFactory<CounterDb>>()
                .CreateDbContextAsync(TestContext.Current.CancellationToken)
        )
            ((MemoryCache)db.GetService<IMemoryCache>()).Compact(1);
        var replica = await World.StartAsync("counter", replicated: true);
        await replica.CountAsync(1);

        Assert.Equal(2, (await replica.Counters().FindAsync(1))!.Total);
    }
}
