using Mannam.Host;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>The active relay learns of commits of other replicas, also after its listening connection has died.</summary>
public sealed class RelayLockTests(PostgresFixture postgres) : CountingTests(postgres)
{
    private const int StopSignal = 19;
    private const int ContinueSignal = 18;

    // The process id of the listening session; 0 if there is none.
    private Task<int> ListenerAsync(int but = 0) =>
        World.AskAsync<int>(
            "counter",
            $"select pid from pg_stat_activity where datname = current_database() and query = 'listen mannam_outbox' and pid <> {but}"
        );

    private async Task<int> NextListenerAsync(int but = 0)
    {
        for (var began = Environment.TickCount64; ; await Task.Delay(50, Ct))
        {
            if (await ListenerAsync(but) is > 0 and var listener)
                return listener;
            Assert.True(Environment.TickCount64 - began < 60_000, "no relay listens");
        }
    }

    [Fact]
    public async Task A_listening_connection_that_died_silently_is_noticed_and_replaced()
    {
        await World.StartAsync("counter", loops: true, replicated: true);
        var died = await NextListenerAsync();
        // Like a machine that is gone: it neither closes the connection nor answers.
        Posix.Signal(died, StopSignal);
        try
        {
            await NextListenerAsync(but: died);
        }
        finally
        {
            Posix.Signal(died, ContinueSignal);
        }
    }
}
