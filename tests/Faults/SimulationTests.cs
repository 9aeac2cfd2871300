using Mannam.Simulation;
using Mannam.Simulation.Taxi;
using Xunit;

namespace Mannam.Tests.Faults;

public sealed class SimulationTests(PostgresFixture postgres)
{
    private const int Seeds = 500;

    [Fact]
    public async Task In_500_disturbed_histories_of_Taxi_no_money_is_lost_and_all_agree()
    {
        var told = new StringWriter();

        var summary = await Simulate.RunAsync(
            new TaxiBusiness(),
            await postgres.ServerAsync(),
            from: 1,
            Seeds,
            story: false,
            told,
            first: true,
            TestContext.Current.CancellationToken
        );

        TestContext.Current.SendDiagnosticMessage(told.ToString());
        Assert.True(summary.Failed == 0, told.ToString());
        Assert.Equal(Seeds, summary.Counted);
    }

    [Fact]
    public async Task The_same_seed_is_the_same_history()
    {
        await using var one = new Lane(new TaxiBusiness(), await postgres.ServerAsync(), "again1_");
        await using var other = new Lane(new TaxiBusiness(), await postgres.ServerAsync(), "again2_");
        for (var seed = 1; seed <= 10; seed++)
        {
            var first = await one.RunAsync(seed);
            // In another order, so that nothing is left of earlier runs.
            await other.RunAsync(100 - seed);
            var again = await other.RunAsync(seed);

            Assert.Equal(first.Story, again.Story);
        }
    }
}
