using Mannam.Host;
using Xunit;

namespace Mannam.Tests.Host;

public sealed class EventsTests : IAsyncDisposable
{
    private readonly Installed installed = new();

    public ValueTask DisposeAsync() => installed.DisposeAsync();

    [Fact]
    public async Task Events_prints_a_sagas_history_in_order_one_line_each_running_or_stopped()
    {
        var up = await installed.UpAsync();
        await up.Http.RequestedAsync();
        await up.Http.RequestedAsync();
        await up.Http.UntilAsync("catchReqLists/1", "destination", "Seoul");
        (await up.Http.TakeAsync(1)).Dispose();
        await up.Http.UntilAsync("myPages/1", "status", "PickupAssigned");
        await up.Http.UntilAsync("myPages/2", "status", "PaymentApproved");

        var running = await installed.RunAsync("events", "taxi", "--key", "1");

        Assert.Equal((0, ""), (running.Status, running.Error));
        Assert.Collection(
            running.Out.TrimEnd('\n').Split('\n'),
            l => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z +/taxi/catch +CatchRequested +1 +\{.*""price"":250000.*\}$", l),
            l => Assert.Matches(@"^\S+ +/taxi/payment +PaymentApproved +1 +\{.*\}$", l),
            l => Assert.Matches(@"^\S+ +/taxi/pickup +PickupAssigned +1 +\{.*""driver"":""Speedmate"".*\}$", l)
        );
        Assert.NotEmpty(installed.PostgresProcesses);
        Assert.Equal(5, (await installed.RunAsync("events", "taxi")).Out.Count(c => c == '\n'));

        await up.EndAsync(Posix.Interrupt);
        Assert.Equal(running, await installed.RunAsync("events", "taxi", "--key", "1"));
        Assert.Empty(installed.PostgresProcesses);
    }

    [LongFact]
    public async Task Events_works_after_a_kill_and_leaves_PostgreSQL_running()
    {
        var up = await installed.UpAsync();
        await up.Http.RequestedAsync();
        await up.Http.UntilAsync("myPages/1", "status", "PaymentApproved");
        await up.EndAsync(Posix.KillAtOnce);

        Assert.Equal(2, (await installed.RunAsync("events", "taxi")).Out.Count(c => c == '\n'));
        Assert.NotEmpty(installed.PostgresProcesses);
    }

    [Fact]
    public async Task Events_prints_nothing_for_a_saga_without_events()
    {
        await installed.UpAsync();

        Assert.Equal(new Ended(0, "", ""), await installed.RunAsync("events", "taxi", "--key", "77"));
    }

    [Fact]
    public async Task Events_reports_a_missing_installation_and_an_unknown_system()
    {
        Refused.With(await installed.RunAsync("events", "taxi"), $"there is no installation in {installed.Data}");
        await installed.UpAsync();
        Refused.With(await installed.RunAsync("events", "nosuch"), "there is no system nosuch");
    }
}
