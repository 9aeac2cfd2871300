using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Messaging;

/// <summary>A policy with a call: the event schedules the call, and the call is repeated until its outcome is certain. Then the saga decides once.</summary>
public sealed class CallsTests(PostgresFixture postgres) : WaitingTestsBase(postgres)
{
    private readonly List<(long Saga, long Number)> _asked = [];
    private CallOutcome _answer = CallOutcome.Accepted();

    private async Task<ServiceHost> StartAsync()
    {
        World.System.Ask = (counted, _) => AnswerAsync(counted);
        return await World.StartAsync("asker", time: Clock);
    }

    private Task<CallOutcome> AnswerAsync(Counted counted)
    {
        lock (_asked)
            _asked.Add((counted.Id, counted.Number));
        return Task.FromResult(_answer);
    }

    private Task<string?> AnswersAsync(long saga) => World.AskAsync<string>("asker", $"select answers from askers where key = {saga}");

    private Task<long> OwedAsync() => World.AskAsync<long>("asker", "select count(*) from due where key <> 0");

    // The lease of an earlier claim has expired.
    private async Task DoLaterAsync(ServiceHost asker)
    {
        Clock.Advance(Scheduler.Lease);
        await asker.DoDueAsync();
    }

    [Theory]
    [InlineData(true, "1:yes")]
    [InlineData(false, "1:no")]
    public async Task The_outcome_of_a_call_is_decided_on_once(bool accepted, string answers)
    {
        _answer = accepted ? CallOutcome.Accepted() : CallOutcome.Refused("no");
        var asker = await StartAsync();
        await PublishAsync(Event(1, 1));

        await asker.HandleAllAsync();
        Assert.Equal("1", await World.AskAsync<string>("asker", "select begun from askers where key = 1"));
        Assert.Empty(_asked);
        await asker.DoDueAsync();
        await DoLaterAsync(asker);

        Assert.Equal([(1, 1)], _asked);
        Assert.Equal(answers, await AnswersAsync(1));
        Assert.Equal(0, await OwedAsync());
    }

    [Fact]
    public async Task A_call_and_its_decision_carry_the_events_causation_and_trace()
    {
        var asker = await StartAsync();
        MessageContext? told = null;
        World.System.Ask = (_, context) =>
        {
            told = context;
            return Task.FromResult(CallOutcome.Accepted());
        };
        await PublishAsync(Event(1, 1));
        var counted = Assert.Single(await World.EventsAsync(1));

        await asker.HandleAllAsync();
        await asker.DoDueAsync();
        await asker.RelayAllAsync();

        Assert.Equal((counted.Id.ToString(), counted.TraceParent), (told?.CausationId, told?.TraceParent));
        var answered = Assert.Single(await World.EventsAsync(1), e => e.Type == nameof(Answered));
        Assert.Contains(counted.Id.ToString(), answered.Headers, StringComparison.Ordinal);
        Assert.Equal(counted.TraceParent, answered.TraceParent);
    }

    [Fact]
    public async Task A_call_is_made_outside_of_any_transaction()
    {
        var asker = await StartAsync();
        long? open = null;
        World.System.Ask = async (_, _) =>
        {
            open = await World.AskAsync<long>(
                "asker",
                "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'"
            );
            return CallOutcome.Accepted();
        };
        await PublishAsync(Event(1, 1));
        await asker.HandleAllAsync();
        await asker.DoDueAsync();

        Assert.Equal(0, open);
    }

    [Fact]
    public async Task A_policy_that_is_rolled_back_makes_no_call()
    {
        var asker = await StartAsync();
        KillAt(asker, "consumer.committing");
        await PublishAsync(Event(1, 1));

        await Record.ExceptionAsync(() => asker.Loops["consumer"].StepAsync(Ct));

        Assert.Equal(0, await OwedAsync());
        Assert.Equal(0, await World.AskAsync<long>("asker", "select count(*) from askers"));
    }

    public static TheoryData<string> Unanswered => [.. Refusals.All, "http 404", "unknown"];

    [Theory]
    [MemberData(nameof(Unanswered))]
    public async Task A_call_is_repeated_until_its_outcome_is_certain_and_delays_no_other(string how)
    {
        using var refusals = new Measured("mannam.refusals");
        var asker = await StartAsync();
        World.System.Ask = (counted, _) =>
            counted.Id != 2 ? AnswerAsync(counted)
            : how == "unknown" ? Task.FromResult(CallOutcome.Unknown("who knows"))
            : throw Refusals.Of(how);
        await PublishAsync(Event(2, 1), Event(3, 1));
        for (var i = 0; i < 15; i++)
        {
            await asker.HandleAllAsync();
            await asker.DoDueAsync();
            Clock.Advance(TimeSpan.FromSeconds(11));
        }

        Assert.Equal(("", "1:yes"), (await AnswersAsync(2), await AnswersAsync(3)));
        Assert.Equal(15, await World.AskAsync<int>("asker", "select attempts from due where key = 2"));
        var (by, code) = how == "http 404" ? ("action", "HttpRequestException") : ("peer", CodeOf(how));
        Assert.Equal(15, refusals.Of(("where", "due Counted"), ("by", by), ("code", code)));
        Assert.Contains(code, (await asker.HealthAsync(Ct)).Details["held Counted"], StringComparison.Ordinal);
        Assert.Equal(0, await World.AskAsync<long>("asker", "select count(*) from waiting"));

        World.System.Ask = (counted, _) => AnswerAsync(counted);
        await DoLaterAsync(asker);
        Assert.Equal("1:yes", await AnswersAsync(2));
        Assert.DoesNotContain("held Counted", (await asker.HealthAsync(Ct)).Details.Keys);
    }

    private static string CodeOf(string how) =>
        how switch
        {
            "connect" or "io" or "inside" => "connection",
            "time" or "cancelled" => "timeout",
            "open" => "circuit open",
            _ => how,
        };

    // Before the call; after the call; before the decision's commit; after that commit.
    [Theory]
    [InlineData("due.Counted.claimed", 1)]
    [InlineData("due.Counted.done", 2)]
    [InlineData("command.committing", 2)]
    [InlineData("command.committed", 1)]
    public async Task A_call_killed_at_any_point_is_decided_on_once_after_the_restart(string point, int asked)
    {
        var killed = await StartAsync();
        await PublishAsync(Event(1, 1));
        await killed.HandleAllAsync();
        KillAt(killed, point);
        await Record.ExceptionAsync(killed.DoDueAsync);
        await World.StopAsync(killed);

        var again = await StartAsync();
        await DoLaterAsync(again);
        await DoLaterAsync(again);

        Assert.Equal(asked, _asked.Count);
        Assert.Equal("1:yes", await AnswersAsync(1));
        Assert.Equal(0, await OwedAsync());
        await again.RelayAllAsync();
        Assert.Single(await World.EventsAsync(1), e => e.Type == nameof(Answered));
    }

    // Every later point fails too, as in a process that is dead.
    private static void KillAt(ServiceHost service, string point)
    {
        var dead = false;
        service.Failpoints.OnHit = reached => (dead |= reached == point) ? throw new FailedAtException(point) : ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Two_replicas_that_both_make_a_call_decide_on_it_once()
    {
        var first = await StartAsync();
        var second = await World.StartAsync("asker", time: Clock);
        await PublishAsync(Event(1, 1));
        await first.HandleAllAsync();
        var hold = first.Failpoints.HoldOnceAt("due.Counted.done");
        var slow = first.DoDueAsync();
        await hold.Reached;

        // The lease of the first has expired, and it does not know.
        await DoLaterAsync(second);
        hold.Release();
        await slow;

        Assert.Equal(2, _asked.Count);
        Assert.Equal("1:yes", await AnswersAsync(1));
        Assert.Equal(0, await OwedAsync());
    }

    [Fact]
    public async Task A_lost_answer_of_the_store_does_not_repeat_the_decision_on_a_call()
    {
        var wire = await World.WireAsync("asker");
        World.System.Ask = (counted, _) => AnswerAsync(counted);
        var asker = await World.StartAsync("asker", time: Clock, database: wire.ConnectionString);
        await PublishAsync(Event(1, 1));
        await asker.HandleAllAsync();
        var cut = Task.CompletedTask;
        asker.Failpoints.RunAt("command.committing", () => cut = cut == Task.CompletedTask ? wire.CutAtNextBatch() : cut);

        await asker.DoDueAsync();
        await cut;

        Assert.Equal("1:yes", await AnswersAsync(1));
        Assert.Equal(0, await OwedAsync());
    }
}
