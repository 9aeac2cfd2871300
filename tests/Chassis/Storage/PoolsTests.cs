using Mannam.Chassis.Storage;
using Mannam.Payments.Provider;
using Xunit;

namespace Mannam.Tests.Chassis.Storage;

public sealed class PoolsTests
{
    [Fact]
    public void No_service_keeps_more_connections_than_PostgreSQL_is_sized_for()
    {
        Assert.Equal(Store.Connections, ConnectionPools.OfSharedCommits.All);
        Assert.Equal(Store.Connections, ConnectionPools.OfSingleCommits.All);
    }

    [Fact]
    public void The_provider_whose_charges_share_no_commit_has_more_connections_for_commands() =>
        Assert.True(ProviderService.Declaration.Pools.Commands > ConnectionPools.OfSharedCommits.Commands);
}
