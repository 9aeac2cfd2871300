using Mannam.Abstractions;
using Mannam.PostgreSql;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>A system as small as can be: <c>counter</c> raises <see cref="Counted"/>; <c>ledger</c> follows it and raises <see cref="Entered"/>; <c>audit</c>
/// follows both.</summary>
internal sealed class CountingSystem
{
    public const string Topic = "counting";

    /// <summary>Who publishes what.</summary>
    public static IReadOnlySet<(string, string)> Publishers { get; } =
        new HashSet<(string, string)> { (nameof(Counted), "/counting/counter"), (nameof(Entered), "/counting/ledger") };

    /// <summary>What the ledger does before it enters a number, such as to fail.</summary>
    public Action<Counted> BeforeEntering { get; set; } = _ => { };

    /// <summary>What the ledger asks others for before it decides, such as to be refused.</summary>
    public Func<EventEnvelope, ValueTask> AskBeforeEntering { get; set; } = _ => ValueTask.CompletedTask;

    /// <summary>What the audit does before it follows a number.</summary>
    public Action<Counted> BeforeAuditing { get; set; } = _ => { };

    /// <summary>What reminding means.</summary>
    public Func<Reminder, CancellationToken, Task> Remind { get; set; } = (_, _) => Task.CompletedTask;

    public ServiceDeclaration this[string service] =>
        service switch
        {
            "counter" => Counter,
            "ledger" => Ledger,
            "audit" => Audit,
            "undeclared" => Undeclared,
            _ => throw new ArgumentOutOfRangeException(nameof(service)),
        };

    private ServiceDeclaration Counter =>
        Declare<CounterDb, Counter>("counter", key => new Counter(key))
            .Publishing<Counted>()
            .WhenDue<Reminder>((reminder, _, ct) => Remind(reminder, ct));

    private ServiceDeclaration Ledger =>
        Declare<LedgerDb, Ledger>("ledger", key => new Ledger(key))
            .Publishing<Entered>()
            .Whenever<Counted, bool>(
                (counted, ledger, _) =>
                {
                    BeforeEntering(counted);
                    return ledger.Enter(counted.Number);
                },
                async (received, _) =>
                {
                    await AskBeforeEntering(received);
                    return true;
                }
            );

    // Raises Entered, and does not say so.
    private static ServiceDeclaration Undeclared =>
        Declare<LedgerDb, Ledger>("undeclared", key => new Ledger(key))
            .Whenever<Counted>((counted, ledger) => ledger.Enter(counted.Number));

    private ServiceDeclaration Audit =>
        Declare<AuditDb, Audit>("audit", key => new Audit(key))
            .Whenever<Counted>(
                (counted, audit) =>
                {
                    BeforeAuditing(counted);
                    return audit.Follow(counted);
                }
            )
            .Whenever<Entered>((entered, audit) => audit.Follow(entered));

    private static ServiceDeclaration<TAggregate> Declare<TDb, TAggregate>(string name, Func<long, TAggregate> create)
        where TDb : Mannam.PostgreSql.ServiceDb
        where TAggregate : Mannam.Abstractions.Aggregate =>
        new ServiceDeclaration<TAggregate>(Topic, name, name, create)
        {
            Schema = (typeof(CountingSystem).Assembly, "Mannam.Tests.Chassis/Counting/Schema.sql"),
            JsonContext = CountingEvents.Language,
        }.StoredIn<TDb, TAggregate>();
}
