using Mannam.Host;
using Xunit;

namespace Mannam.Tests.Host;

public sealed class KilledTests : IAsyncDisposable
{
    private readonly Installed installed = new();

    public ValueTask DisposeAsync() => installed.DisposeAsync();

    [Theory]
    [LongData(false)]
    [InlineData(true)]
    public async Task A_start_after_a_kill_finds_all_data_whether_or_not_PostgreSQL_died_too(bool both)
    {
        var killed = await installed.UpAsync();
        await killed.Http.RequestedAsync();
        await killed.EndAsync(Posix.KillAtOnce);
        Assert.NotEmpty(installed.PostgresProcesses);
        if (both)
            await installed.KillPostgresAsync();

        var next = await installed.UpAsync();

        await next.SaysAsync(both ? "starting PostgreSQL" : "taking over the PostgreSQL that still runs");
        await next.Http.UntilAsync("myPages/1", "status", "PaymentApproved");
        await next.Http.UntilAsync("catchReqLists/1", "startingPoint", "Busan");
        Assert.Equal(["charge"], await next.Http.LedgerAsync(1));
        Assert.Equal(0, (await next.EndAsync(Posix.Interrupt)).Status);
        Assert.Empty(installed.PostgresProcesses);
    }

    // If the answer was already on its way to the rider, the request counts. Otherwise it ends cancelled and the money goes back.
    [Theory]
    [LongData("taxi.catch/relay.publishing")]
    [LongData("taxi.payment/relay.published")]
    [LongData("taxi.pickup/consumer.committing")]
    [LongData("provider/charge.committed")]
    public async Task All_services_agree_after_a_kill_while_a_request_is_paid(string point)
    {
        await DieAtAsync(point, http => http.RequestAsync());

        var next = await installed.UpAsync("--set", "Taxi:Catch:PaymentTimeout=5000");

        await next.Http.SettledAsync("catches/1");
        if ((string?)(await next.Http.FindAsync("catches/1"))!["status"] == "approve")
        {
            await next.Http.UntilAsync("catchReqLists/1", "destination", "Seoul");
            await next.Http.UntilAsync("myPages/1", "status", "PaymentApproved");
            Assert.Equal(["charge"], await next.Http.LedgerAsync(1));
            return;
        }
        // The request leaves the drivers' list for good, and a charge is given back.
        await next.Http.RequestedAsync();
        await next.Http.UntilAsync("catchReqLists/2", "destination", "Seoul");
        if ((await next.Http.LedgerAsync(1)).Length > 0)
            await next.Http.GivenBackAsync(1);
        await next.Http.GoneAsync("catchReqLists/1");
    }

    [Theory]
    [LongData("taxi.pickup/relay.publishing")]
    [LongData("taxi.pickup/relay.published")]
    [LongData("taxi.catch/consumer.committed")]
    public async Task Rider_and_driver_see_a_taken_request_after_a_kill(string point)
    {
        await DieAtAsync(
            point,
            async http =>
            {
                await http.RequestedAsync();
                await http.UntilAsync("catchReqLists/1", "destination", "Seoul");
                return await http.TakeAsync(1);
            }
        );

        var next = await installed.UpAsync();

        await next.Http.UntilAsync("catches/1", "status", "PickupAssigned");
        await next.Http.UntilAsync("myPages/1", "driver", "Speedmate");
        Assert.NotNull(await next.Http.FindAsync("pickUps/1"));
        Assert.Null(await next.Http.FindAsync("catchReqLists/1"));
        Assert.Equal(["charge"], await next.Http.LedgerAsync(1));
    }

    [Theory]
    [InlineData("taxi.catch/relay.publishing#2")]
    [LongData("taxi.payment/consumer.committed")]
    public async Task The_money_is_given_back_once_after_a_kill_at_a_cancellation(string point)
    {
        await DieAtAsync(
            point,
            async http =>
            {
                await http.RequestedAsync();
                return await http.CancelAsync(1);
            }
        );

        var next = await installed.UpAsync();

        await next.Http.UntilAsync("myPages/1", "status", "PaymentCancelled");
        await next.Http.UntilAsync("payments/1", "paymentAction", "Cancel");
        await next.Http.UntilAsync("provider/charges/taxi-1", "state", "givenBack");
        Assert.Equal(["charge", "giveBack"], await next.Http.LedgerAsync(1));
        Assert.Null(await next.Http.FindAsync("catchReqLists/1"));
    }

    private async Task DieAtAsync(string point, Func<HttpClient, Task<HttpResponseMessage>> last)
    {
        installed.KillAt = point;
        var killed = await installed.UpAsync();
        try
        {
            (await last(killed.Http)).Dispose();
        }
        catch (HttpRequestException)
        {
            // The process died before it could answer.
        }
        Assert.Equal(128 + Posix.KillAtOnce, (await killed.EndAsync()).Status);
        installed.KillAt = null;
    }
}
