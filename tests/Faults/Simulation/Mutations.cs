using Mannam.Simulation.Lessons;

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
                "src/Chassis/PostgreSql/PositionTable.cs",
                """
                            insert into inbox (event_id) select e.id from unnest($1, $2) e(id, key) where e.key not in (select key from waits)
                            on conflict do nothing returning event_id
                """,
                "            select e.id as event_id from unnest($1, $2) e(id, key) where e.key not in (select key from waits)"
            )
        ),
        new("the position's condition", ("src/Chassis/PostgreSql/PositionTable.cs", " and p.next = v.expected", "")),
        new(
            "the sweep",
            ("src/Taxi/Catch/CatchService.cs", "request => request.Abandoned()", "_ => Mannam.Abstractions.Decision.NoChange")
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
                "src/Payments/PaymentApprovals.cs",
                """
                                    if (before is { IsEnded: true })
                                        return new Approval<TPayment>(before.Consider(wanted.Amount).Refusal, before, AlreadyApproved: true);
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
        new("the order per saga and producer", ("src/Chassis/PostgreSql/PostgresOutbox.cs", "order by id limit", "order by id desc limit")),
        new(
            "the outbox (publish before commit)",
            (
                "src/Chassis/Messaging/Repository.Attempts.cs",
                "        await _failpoints.HitAsync(points.Committing);\n        await commit(unit.Take());\n",
                """
                        var changes = unit.Take();
                        await _store.CommitAsync(changes with { Aggregates = [], Rows = [.. changes.Rows.OfType<OutboxMessage>()] });
                        unit.Wake();
                        await _failpoints.HitAsync(points.Committing);
                        await commit(changes with { Rows = [.. changes.Rows.Where(r => r is not OutboxMessage)] });

                """
            )
        ),
        new("the version check", ("src/Chassis/PostgreSql/RowMapper.cs", "when version = ${", "when version >= 0 * ${")),
        new(
            "late success (an attempt ends with the service)",
            ("src/Law/Payment/PaymentService.cs", ".Paying(LateApproval.Counts, ", ".Paying(LateApproval.GivenBack, ")
        )
        {
            System = "law",
        },
        new(
            "the application's status decides between cancelling and assigning, in Insurance",
            (
                "src/Insurance/Subscription/Subscription.cs",
                "        if (Status != ConfirmPaymentId)\n",
                "        if (Status is not (ConfirmPaymentId or ReqCancel))\n"
            )
        )
        {
            System = "insurance",
        },
        new(
            "no cancelling once an underwriter is confirmed, in Insurance",
            (
                "src/Insurance/Subscription/Subscription.cs",
                "{ Status: Created or ConfirmPaymentId } =>",
                "{ Status: Created or ConfirmPaymentId or ConfirmUnderwriterId } =>"
            )
        )
        {
            System = "insurance",
        },
        new(
            "no decision before the assignment is confirmed, in Insurance",
            ("src/Insurance/Underwriting/Underwriting.cs", "        if (!IsConfirmed)\n", "        if (UnderwritingId is null)\n")
        )
        {
            System = "insurance",
        },
        new(
            "the premium goes back when it is refused, in Insurance",
            (
                "src/Insurance/Payment/Policies.cs",
                "Whenever(SubscriptionRefused _, Payment payment) => payment.GiveBack(Payment.Refuse)",
                "Whenever(SubscriptionRefused _, Payment payment) => []"
            )
        )
        {
            System = "insurance",
        },
        new(
            "no row before SubscriptionCreated, in Insurance",
            ("src/Insurance/MyPage/Api.cs", "Visible = p => p.IsCreated", "Visible = _ => true")
        )
        {
            System = "insurance",
        },
        new(
            "the fewest open cases, in Insurance",
            (
                "src/Insurance/Underwriting/UnderwritingService.cs",
                "(select count(*) from underwritings where underwriter_id = u.id and status = 'underwriterAssigned'), u.id",
                "u.id"
            )
        )
        {
            System = "insurance",
        },
        new(
            "what was decided before is stored before it asks, in Insurance",
            ("src/Chassis/Messaging/PolicyHandler.cs", "                await transaction.SendAsync(unit.Take(), ct);\n", "")
        )
        {
            System = "insurance",
        },
        .. LessonsMutations.All,
    ];
}
