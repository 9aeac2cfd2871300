using Mannam.Abstractions;
using Mannam.PostgreSql;

namespace Mannam.Tests.Chassis.Counting;

/// <summary>A minimal system: <c>counter</c> raises <see cref="Counted"/>; <c>ledger</c> follows it and raises <see cref="Entered"/>; <c>audit</c>
/// follows both; <c>asker</c> makes a call about each number.</summary>
internal sealed class CountingSystem
{
    public const string Topic = "counting";

    /// <summary>The events, and the services that publish them.</summary>
    public static IReadOnlySet<(string, string)> Publishers { get; } =
        new HashSet<(string, string)> { (nameof(Counted), "/counting/counter"), (nameof(Entered), "/counting/ledger") };

    /// <summary>Runs before the ledger enters a number. A test can throw here.</summary>
    public Action<Counted> BeforeEntering { get; set; } = _ => { };

    /// <summary>Runs when the ledger reads the facts before it decides. A test can throw here.</summary>
    public Action<PolicyFacts> KnowBeforeEntering { get; set; } = _ => { };

    /// <summary>The answer to the asker's call about a number.</summary>
    public Func<Counted, MessageContext, Task<CallOutcome>> Ask { get; set; } = (_, _) => Task.FromResult(CallOutcome.Accepted());

    /// <summary>Runs before the audit follows a number.</summary>
    public Action<Counted> BeforeAuditing { get; set; } = _ => { };

    /// <summary>The action of a due reminder.</summary>
    public Func<Reminder, CancellationToken, Task> Remind { get; set; } = (_, _) => Task.CompletedTask;

    public ServiceDeclaration this[string service] =>
        service switch
        {
            "counter" => Counter,
            "ledger" => Ledger,
            "audit" => Audit,
            "asker" => Asker,
            "undeclared" => Undeclared,
            _ => throw new ArgumentOutOfRangeException(nameof(service)),
        };

    private ServiceDeclaration Counter =>
        Declare<CounterDb, Counter>("counter", key => new Counter(key))
            .Publishing<Counted>()
            .WhenDue<Reminder>(
                async (reminder, _, _, ct) =>
                {
                    await Remind(reminder, ct);
                    return CallOutcome.Accepted();
                }
            );

    private ServiceDeclaration Ledger =>
        Declare<LedgerDb, Ledger>("ledger", key => new Ledger(key))
            .Publishing<Entered>()
            .WithConstraint("ledgers_numbers", Decision.Conflict("another ledger has the same numbers"))
            .Whenever<Counted, bool>(
                (counted, ledger, _) =>
                {
                    BeforeEntering(counted);
                    return ledger.Enter(counted.Number);
                },
                facts =>
                {
                    KnowBeforeEntering(facts);
                    return true;
                }
            );

    private ServiceDeclaration Asker =>
        Declare<AskerDb, Asker>("asker", key => new Asker(key))
            .Publishing<Answered>()
            .WheneverCalls<Counted>(
                (counted, context, _, _) => Ask(counted, context),
                settle: (counted, asker, outcome) => asker.Settle(counted.Number, outcome.IsAccepted),
                begin: (counted, asker) => asker.Begin(counted.Number)
            );

    // Raises Entered, which it does not declare.
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
