namespace Mannam.Simulation;

/// <summary>A guarantee, and how it is taken out of the code.</summary>
/// <param name="Name">What is missing then.</param>
/// <param name="Edits">Texts that occur once in a file, and what stands in their place.</param>
internal sealed record Mutation(string Name, params (string File, string Find, string Replace)[] Edits)
{
    /// <summary>The system whose simulation looks for it.</summary>
    public string System { get; init; } = "taxi";

    /// <summary>Edits the files of a checkout.</summary>
    /// <param name="root">The checkout.</param>
    /// <param name="write">False only looks whether they could be edited.</param>
    /// <exception cref="InvalidOperationException">The code is not what it was: the mutation has to follow it.</exception>
    public void Apply(string root, bool write = true)
    {
        foreach (var (file, find, replace) in Edits)
        {
            var path = Path.Combine(root, file);
            var text = File.Exists(path) ? File.ReadAllText(path) : "";
            if (text.Split(find).Length != 2)
                throw new InvalidOperationException($"the mutation '{Name}' does not apply any more: {file} does not hold once\n{find}");
            if (write)
                File.WriteAllText(path, text.Replace(find, replace, StringComparison.Ordinal));
        }
    }

    /// <summary>All of them, as docs/reliability.md lists them.</summary>
    public static IReadOnlyList<Mutation> All { get; } =
    [
        new(
            "the inbox",
            (
                "src/Chassis/Messaging/Positions.cs",
                """
                            insert into inbox (event_id) select e.id from unnest($1, $2) e(id, key) where e.key not in (select key from waits)
                            on conflict do nothing returning event_id
                """,
                "            select e.id as event_id from unnest($1, $2) e(id, key) where e.key not in (select key from waits)"
            )
        ),
        new("the position's condition", ("src/Chassis/Messaging/Positions.cs", " and p.next = v.expected", "")),
        new(
            "the sweep",
            ("src/Taxi/Catch/CatchService.cs", "request => request.Abandoned()", "_ => Mannam.Chassis.Storage.Decision.Holds")
        ),
        new(
            "payment's idempotency",
            (
                "src/Payments/Payment.cs",
                """
                        if (IsEnded)
                            return Consider(amount);
                        (Amount, Status, Asked) = (amount, approvedWord, false);
                """,
                "        (Amount, Status, Asked) = (amount, approvedWord, false);"
            ),
            (
                "src/Payments/Approvals.cs",
                """
                                    if (before is { IsEnded: true })
                                        return new Approval<TPayment>(before.Consider(wanted.Amount).Refusal, before, Before: true);
                """,
                ""
            )
        ),
        new(
            "the remembered cancellation",
            (
                "src/Payments/Payment.cs",
                "        if (GivenBack)\n            return [];",
                "        if (GivenBack || IsNew)\n            return [];"
            )
        ),
        new("the order per saga and producer", ("src/Chassis/Messaging/Relay.cs", "order by id limit", "order by id desc limit")),
        new(
            "the outbox (publish before commit)",
            (
                "src/Chassis/Storage/UnitOfWork.cs",
                "    private readonly List<NpgsqlBatchCommand> _rows = [];",
                "    internal readonly List<NpgsqlBatchCommand> _rows = [];"
            ),
            (
                "src/Chassis/Storage/Bookkeeping.cs",
                """
                        await parts.Points.AtAsync("command.committing");
                """,
                """
                        foreach (var row in unit._rows)
                        {
                            var first = new Statements(0);
                            first.Add(row);
                            await parts.Commits.CommitAsync(first);
                        }
                        unit._rows.Clear();
                        parts.Outbox.Give();
                        await parts.Points.AtAsync("command.committing");
                """
            )
        ),
        new("the version check", ("src/Chassis/Storage/Statements.cs", "u => u.RecordsAffected != 1", "u => u.RecordsAffected > 1")),
        new(
            "late success (an attempt ends with the service)",
            ("src/Law/Payment/PaymentService.cs", ".Paying(LateSuccess.Counts, ", ".Paying(LateSuccess.GivenBack, ")
        )
        {
            System = "law",
        },
    ];
}
