using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mannam.Tests.Chassis.Hosting;

/// <summary>Guarantee 10: a service uses its database's time, whatever the process's clock shows.</summary>
public sealed class StoreClockTests(PostgresFixture postgres) : CountingTests(postgres)
{
    private static readonly TimeSpan Hours = TimeSpan.FromHours(5);
    private readonly Wall _wall = new(Hours);

    // The distance to the database's clock, which is this machine's.
    private static double Off(TimeProvider clock) => Math.Abs((clock.GetUtcNow() - DateTimeOffset.UtcNow).TotalSeconds);

    [Fact]
    public async Task A_service_uses_its_databases_time_from_its_start_on()
    {
        var counter = await World.StartAsync("counter", time: new StoreClock(_wall));
        var clock = counter.Services.GetRequiredService<TimeProvider>();
        Assert.InRange(Off(clock), 0, 2);

        _wall.IsAhead = -Hours;
        Assert.InRange(Off(clock), 0, 2);
    }

    [Fact]
    public async Task The_databases_time_is_measured_again_at_each_poll_for_due_messages()
    {
        var clock = new StoreClock(_wall);
        var counter = await World.StartAsync("counter", time: clock);
        // As if the database's clock had been set since.
        clock.Measured(clock.GetTimestamp(), DateTimeOffset.UtcNow - Hours);
        Assert.InRange(Off(clock), 17_000, 19_000);

        await counter.DoDueAsync();

        Assert.InRange(Off(clock), 0, 2);
    }

    [Fact]
    public void A_measurement_consistent_with_the_clock_does_not_move_it()
    {
        var process = new Clock();
        var clock = new StoreClock(process);
        var asked = clock.GetTimestamp();
        process.Advance(TimeSpan.FromSeconds(20));
        var before = clock.GetUtcNow();

        // The database read its clock at some time in the 20 s between question and answer. Any of them is consistent.
        clock.Measured(asked, before - TimeSpan.FromSeconds(15));
        Assert.Equal(before, clock.GetUtcNow());

        clock.Measured(asked, before + Hours);
        Assert.Equal(before + Hours + TimeSpan.FromSeconds(10), clock.GetUtcNow());
    }
}
