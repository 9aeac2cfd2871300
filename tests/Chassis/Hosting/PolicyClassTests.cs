using Mannam.Abstractions;
using Mannam.Tests.Chassis.Counting;
using Xunit;

namespace Mannam.Tests.Chassis.Hosting;

/// <summary>The policies of a class are found by their form.</summary>
public sealed class PolicyClassTests
{
    private static ServiceDeclaration<Counter> Service =>
        new(CountingSystem.Topic, "counter", "counter", key => new Counter(key))
        {
            Schema = (typeof(CountingSystem).Assembly, "Mannam.Tests.Chassis/Counting/Schema.sql"),
            JsonContext = CountingEvents.Language,
        };

    [Fact]
    public void Each_method_of_the_class_is_the_policy_of_its_event_in_the_written_order()
    {
        var service = Service.WithPolicies(typeof(Two));

        Assert.Equal(["Entered", "Answered"], service.SubscribesTo);
        Assert.Throws<TimeoutException>(() => service.Policies["Answered"].Apply("""{"id":1}""", new Counter(1), null));
    }

    [Fact]
    public void A_policy_that_needs_facts_gets_what_is_made_of_them()
    {
        var policy = Service.WithPolicies(typeof(Knowing), known: facts => facts.Envelope.Key).Policies["Entered"];
        var facts = new PolicyFacts(new EventEnvelope(Guid.Empty, "Entered", "/counting/counter", default, 5), null!);

        var seen = Assert.Throws<TimeoutException>(() => policy.Apply("""{"id":1}""", new Counter(1), policy.Known!(facts)));

        Assert.Equal("5", seen.Message);
    }

    [Fact]
    public void A_policy_of_the_class_that_would_be_forgotten_is_refused()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Service.WithPolicies(typeof(Knowing)));

        Assert.EndsWith(
            "Knowing.Whenever(Entered, Counter, Int64) would be forgotten: declare it before WithPolicies",
            refused.Message,
            StringComparison.Ordinal
        );
        Assert.Throws<InvalidOperationException>(() => Service.WithPolicies(typeof(OfAnother)));
        Assert.Throws<InvalidOperationException>(() => Service.WithPolicies(typeof(Knowing), known: _ => ""));
    }

    [Fact]
    public void A_policy_that_is_declared_before_its_class_stays_as_declared()
    {
        var service = Service.Whenever<Entered, long>(Knowing.Whenever, _ => 7).WithPolicies(typeof(Knowing));

        Assert.Equal(["Entered"], service.SubscribesTo);
        Assert.Throws<ArgumentException>(() => Service.Whenever<Entered>(Two.Whenever).WithPolicies(typeof(Two)));
    }

    private static class Two
    {
        public static IMessage[] Whenever(Entered _, Counter counter) => [];

        // A policy that is not public is one too.
        internal static IMessage[] Whenever(Answered _, Counter counter) => throw new TimeoutException();

        public static IMessage[] Other(Counted _, Counter counter) => [];
    }

    private static class Knowing
    {
        public static IMessage[] Whenever(Entered _, Counter counter, long known) => throw new TimeoutException($"{known}");
    }

    private static class OfAnother
    {
        public static IMessage[] Whenever(Entered _, Ledger ledger) => [];
    }
}
