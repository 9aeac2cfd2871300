using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Local;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Mannam.Tests.Chassis.Hosting;

/// <summary>The headers that a service sends to other services.</summary>
public sealed class PeersTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("counting.ledger", Key)]
    [InlineData("provider", null)]
    [InlineData("countings.ledger", null)] // Another system.
    [InlineData("counting", null)]
    public async Task A_service_sends_the_internal_key_only_to_services_of_its_own_system(string peer, string? expected)
    {
        await using var server = await PeerServer.StartAsync();
        string? shown = null;
        server.Answers = http =>
        {
            shown = http.Request.Headers[InternalKey.Header];
            return Task.CompletedTask;
        };
        using var peers = PeersOf(Calling(peer), server.Address);

        using var answer = await peers.Client(peer).GetAsync("ledgers/1", TestContext.Current.CancellationToken);

        Assert.Equal(1, server.Asked);
        Assert.Equal(expected, shown);
    }

    private static ServiceDeclaration<Counter> Calling(string peer) =>
        new(CountingSystem.Topic, "counter", "counter", key => new Counter(key))
        {
            Schema = (typeof(CountingSystem).Assembly, "Mannam.Tests.Chassis/Counting/Schema.sql"),
            Calls = [PeerCall.To(peer, "Peer", timeout: 10_000)],
        };

    private static Peers PeersOf(ServiceDeclaration service, string address)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create<string, string?>($"Mannam:{service.SettingsScope}:PeerUrl", address)])
            .Build();
        return new Peers(
            service,
            configuration.SettingsOf(service.SettingsScope),
            new ServiceEnvironment
            {
                ConnectionString = "",
                Transport = new LocalTransport(),
                Topic = CountingSystem.Topic,
                Publishers = CountingSystem.Publishers,
                Configuration = configuration,
                InProcess = _ => null,
                InternalKey = new InternalKey(Key),
            },
            TimeProvider.System,
            new Failpoints(service.FullName)
        );
    }
}
