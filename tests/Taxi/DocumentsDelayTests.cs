using Mannam.Tests.Chassis.Http;
using Mannam.Tests.Scenarios;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>The documents' payment: 400 ms plus up to 220 at random, with a timeout of 610 ms. The documented system served 64.29 %.</summary>
[Collection(nameof(Alone))]
public sealed class DocumentsDelayTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(610);

    // A request that failed while a bare timer beside it was as late as this says nothing about us.
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(30);

    [Fact]
    public async Task Practically_every_request_succeeds_and_each_is_charged_once()
    {
        await taxi.StartAsync(("Taxi:Catch:PaymentTimeout", "610"), ("Taxi:Catch:PaymentCircuitCalls", "100000"));
        await using var delay = await taxi.Http.ProviderAsync(new { delay = 400, jitter = 220 });
        var left = 200;
        var answers = new List<Answer>();
        var excused = 0;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OneAfterTheOtherAsync()));
        var failed = answers.Where(a => a.Status != 201).ToList();
        Assert.All(failed, a => Assert.Equal(503, a.Status));
        var said = $"{failed.Count} of {answers.Count} failed, {excused} of them while the machine was late";
        TestContext.Current.TestOutputHelper?.WriteLine(said);
        Assert.True(failed.Count - excused <= 2, said);
        foreach (var answer in answers)
        {
            var id = answer.Status == 201 ? (long)answer.Json["id"]! : answer.Recorded();
            await taxi.Machine.SettledAsync(id);
            await TaxiAgreement.CheckAsync(taxi.Http, id);
            if (answer.Status == 201)
                Assert.Equal(["charge 250000"], await taxi.Http.LedgerAsync($"taxi-{id}"));
        }

        async Task OneAfterTheOtherAsync()
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var late = BareTimer.LateAsync(Timeout);
                var answer = await taxi.Http.AskAsync("POST /catches", TaxiCalls.Order());
                var wasLate = await late > Late;
                lock (answers)
                {
                    answers.Add(answer);
                    excused += answer.Status != 201 && wasLate ? 1 : 0;
                }
            }
        }
    }
}
