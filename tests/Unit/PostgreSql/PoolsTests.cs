using Mannam.Messaging;
using Mannam.Payments.Provider;
using Mannam.PostgreSql;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Unit.PostgreSql;

public sealed class PoolsTests
{
    [Fact]
    public void No_service_keeps_more_connections_than_PostgreSQL_is_sized_for()
    {
        Assert.Equal(Store.Connections, ConnectionPools.OfSharedCommits.All);
        Assert.Equal(Store.Connections, ConnectionPools.OfSingleCommits.All);
    }

    [Fact]
    public async Task The_provider_has_more_connections_for_commands()
    {
        var storage = ProviderService.Declaration.Features<IStorage>().Single();
        await using var store = (PostgresStore)storage.Open(ProviderService.Declaration, "Host=nowhere", new Failpoints("provider"));
        var commands = new NpgsqlConnectionStringBuilder(store.Commands.ConnectionString).MaxPoolSize;
        Assert.True(commands > ConnectionPools.OfSharedCommits.Commands);
    }
}
