using Mannam.Simulation.Fuzz;
using Mannam.Simulation.Taxi;
using Xunit;

namespace Mannam.Tests.Faults;

public sealed class FuzzTests(PostgresFixture postgres)
{
    private const int Requests = 1000;

    [Fact]
    public async Task A_thousand_bad_calls_get_right_answers_leave_no_trace_and_forge_no_log_line()
    {
        var folder = Directory.CreateTempSubdirectory("mannam-fuzz-").FullName;
        try
        {
            var findings = await FuzzCommand.RunAsync(
                new TaxiBusiness(),
                await postgres.ServerAsync(),
                "fuzz_",
                folder,
                Requests,
                seed: 1,
                // They take 30 s.
                endless: 0,
                TextWriter.Null,
                TestContext.Current.CancellationToken
            );

            Assert.True(findings.Faults == 0, findings.ToString());
            Assert.Equal(Requests, findings.Answers);
            foreach (var status in (int[])[200, 201, 400, 404, 405, 406, 413, 415, 421])
                Assert.True(findings.Of(status) > 0, $"nothing was answered {status}: {findings}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
