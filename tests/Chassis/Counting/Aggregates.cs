using Mannam.Abstractions;
using Mannam.PostgreSql;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>Counts, and raises an event each time.</summary>
internal sealed class Counter(long key) : Aggregate(key)
{
    public long Total { get; private set; }

    /// <summary>The person who counted last.</summary>
    public string By { get; private set; } = "";

    /// <summary>Adds one, whoever counts.</summary>
    public Decision Count(string by) => Decision.Happened(Raise(by));

    /// <summary>Adds one unless the same person counted last. So it can be repeated, as a command's decision should.</summary>
    public Decision CountOnce(string by) => By == by ? Decision.NoChange : Count(by);

    /// <summary>Raises many events in one decision.</summary>
    public Decision CountTimes(int times, string by) => Decision.Happened([.. Enumerable.Range(0, times).Select(_ => Raise(by))]);

    /// <summary>Schedules a reminder; nothing else changes.</summary>
    public Decision Remind(string text) => Decision.Happened(new Reminder(Key, text));

    private Counted Raise(string by)
    {
        (Total, By) = (Total + 1, by);
        return new Counted(Key, Total, by);
    }
}

/// <summary>Keeps the numbers in their order of arrival.</summary>
internal sealed class Ledger(long key) : Aggregate(key)
{
    public string Numbers { get; private set; } = "";

    public IMessage[] Enter(long number)
    {
        Numbers = $"{Numbers} {number}".Trim();
        return [new Entered(Key, number)];
    }
}

/// <summary>Asks about each number, and keeps the answers. A repeated decision would keep an answer twice.</summary>
internal sealed class Asker(long key) : Aggregate(key)
{
    public string Begun { get; private set; } = "";
    public string Answers { get; private set; } = "";

    public IMessage[] Begin(long number)
    {
        Begun = $"{Begun} {number}".Trim();
        return [];
    }

    public IMessage[] Settle(long number, bool accepted)
    {
        Answers = $"{Answers} {number}:{(accepted ? "yes" : "no")}".Trim();
        return [new Answered(Key, number, accepted)];
    }
}

/// <summary>Keeps the events of counter and ledger in their order of arrival.</summary>
internal sealed class Audit(long key) : Aggregate(key)
{
    public string Counted { get; private set; } = "";
    public string Entered { get; private set; } = "";

    public IMessage[] Follow(Counted counted)
    {
        Counted = $"{Counted} {counted.Number}".Trim();
        return [];
    }

    public IMessage[] Follow(Entered entered)
    {
        Entered = $"{Entered} {entered.Number}".Trim();
        return [];
    }
}

internal sealed class CounterDb(DbContextOptions<CounterDb> options) : ServiceDb(options)
{
    protected override void Map(ModelBuilder model) => model.Entity<Counter>().ToTable("counters");
}

internal sealed class LedgerDb(DbContextOptions<LedgerDb> options) : ServiceDb(options)
{
    protected override void Map(ModelBuilder model) => model.Entity<Ledger>().ToTable("ledgers");
}

internal sealed class AskerDb(DbContextOptions<AskerDb> options) : ServiceDb(options)
{
    protected override void Map(ModelBuilder model) => model.Entity<Asker>().ToTable("askers");
}

internal sealed class AuditDb(DbContextOptions<AuditDb> options) : ServiceDb(options)
{
    protected override void Map(ModelBuilder model) => model.Entity<Audit>().ToTable("audits");
}
