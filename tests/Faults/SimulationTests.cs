using Mannam.Simulation;
using Mannam.Testing;
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
        var stories = new StringWriter();

        var summary = await Simulator.RunAsync(
            Simulate.Of(system),
            await postgres.ServerAsync(),
            new SimulationOptions
            {
                Seeds = seeds,
                StopAtFirstFailure = true,
                Output = stories,
            },
            TestContext.Current.CancellationToken
        );

        TestContext.Current.SendDiagnosticMessage($"{summary}");
        Assert.True(summary.Failed == 0, $"{stories}{summary}");
        Assert.Equal(seeds, summary.Disturbed);
    }

    [Theory]
    [InlineData("taxi", 3, 10)]
    [InlineData("law", 2, 5)]
    [InlineData("insurance", 1, 2)]
    [InlineData("lessons", 2, 5)]
    public async Task The_same_seed_is_the_same_history(string system, int slice, int all)
    {
        var seeds = Slice.All ? all : slice;
        await using var one = new RunSequence(Simulate.Of(system), await postgres.ServerAsync(), $"again1_{system}_");
        await using var other = new RunSequence(Simulate.Of(system), await postgres.ServerAsync(), $"again2_{system}_");
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
