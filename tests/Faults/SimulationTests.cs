using Mannam.Simulation;
using Xunit;

namespace Mannam.Tests.Faults;

public sealed class SimulationTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("taxi", 25, 500)]
    [InlineData("law", 20, 40)]
    [InlineData("insurance", 20, 20)]
    [InlineData("lessons", 20, 200)]
    public async Task In_disturbed_histories_no_money_is_lost_and_all_agree(string system, int slice, int all)
    {
        var seeds = Slice.All ? all : slice;
        var told = new StringWriter();

        var summary = await Simulate.RunAsync(
            Simulate.Of(system),
            await postgres.ServerAsync(),
            from: 1,
            seeds,
            story: false,
            told,
            first: true,
            TestContext.Current.CancellationToken
        );

        TestContext.Current.SendDiagnosticMessage(told.ToString());
        Assert.True(summary.Failed == 0, told.ToString());
        Assert.Equal(seeds, summary.Counted);
    }

    [Theory]
    [InlineData("taxi", 3, 10)]
    [InlineData("law", 2, 5)]
    [InlineData("insurance", 1, 2)]
    [InlineData("lessons", 2, 5)]
    public async Task The_same_seed_is_the_same_history(string system, int slice, int all)
    {
        var seeds = Slice.All ? all : slice;
        await using var one = new Lane(Simulate.Of(system), await postgres.ServerAsync(), $"again1_{system}_");
        await using var other = new Lane(Simulate.Of(system), await postgres.ServerAsync(), $"again2_{system}_");
        for (var seed = 1; seed <= seeds; seed++)
        {
            var first = await one.RunAsync(seed);
            // In another order, so that nothing is left of earlier runs.
            await other.RunAsync(100 - seed);
            var again = await other.RunAsync(seed);

            Assert.Equal(first.Story, again.Story);
        }
    }
}
