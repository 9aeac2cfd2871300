namespace Mannam.Simulation.Lessons;

/// <summary>What is taken out of the seams that only <c>lessons</c> uses.</summary>
internal static class LessonsMutations
{
    public static IReadOnlyList<Mutation> All { get; } =
    [
        new(
            "a call's removal fails where the row is gone, in Lessons",
            (
                "src/Chassis/PostgreSql/Rows.cs",
                "with done as (delete from due where due_id = $1 returning 1) select is_done() where not exists (select from done)",
                "delete from due where due_id = $1"
            )
        )
        {
            System = "lessons",
        },
        new(
            "a call's removal is in the transaction of the decision, in Lessons",
            (
                "src/Chassis/Messaging/Scheduler.cs",
                "            await settle();\n",
                "            await store.RemoveAsync(due.Id, ct);\n            await settle();\n"
            ),
            ("src/Chassis/Messaging/Repository.Attempts.cs", "            unit.Add(row);\n", "            _ = row;\n")
        )
        {
            System = "lessons",
        },
        new(
            "a call is made until its outcome is certain, in Lessons",
            ("src/Chassis/Messaging/ServiceEngine.cs", "unknown: why => throw new OutcomeUnknownException(why)", "unknown: _ => true")
        )
        {
            System = "lessons",
        },
        new(
            "the decision removes the call, in Lessons",
            ("src/Chassis/Messaging/Repository.Attempts.cs", "            unit.Add(row);\n", "            _ = row;\n")
        )
        {
            System = "lessons",
        },
        new(
            "a call is made outside of the transaction of the decision, in Lessons",
            (
                "src/Chassis/Messaging/ServiceEngine.cs",
                """
                            var outcome = await call.Call(due.Data, context, services, ct);
                            outcome.Match(accepted: _ => true, refused: _ => true, unknown: why => throw new OutcomeUnknownException(why));
                            if (call.Settle is not { } settle)
                                return default;

                """,
                """
                            await Task.CompletedTask;
                            IMessage[] settle(string data, TAggregate aggregate)
                            {
                                var outcome = call.Call(data, context, services, ct).GetAwaiter().GetResult();
                                outcome.Match(accepted: _ => true, refused: _ => true, unknown: why => throw new OutcomeUnknownException(why));
                                return call.Settle!(data, aggregate, outcome);
                            }

                """
            ),
            ("src/Chassis/Messaging/ServiceEngine.cs", "settle(due.Data, a, outcome)", "settle(due.Data, a)"),
            ("src/Chassis/Messaging/Repository.cs", "                attempt == 1\n", "                attempt == 1 && row is null\n")
        )
        {
            System = "lessons",
        },
        new(
            "a command that meets a declared constraint is refused, in Lessons",
            (
                "src/Chassis/Messaging/Repository.Attempts.cs",
                """
                                if (wasRefused || attempt == Attempts)
                                    return new(refusal, await FindAsync(key) ?? _create(key), false);

                """,
                "                if (wasRefused)\n                    throw;\n"
            )
        )
        {
            System = "lessons",
        },
        new(
            "what a constraint refuses is not answered as done, in Lessons",
            (
                "src/Chassis/Messaging/Repository.Attempts.cs",
                "return new(refusal, await FindAsync(key) ?? _create(key), false);",
                "return new(refusal.Detail is null ? refusal : null, await FindAsync(key) ?? _create(key), false);"
            )
        )
        {
            System = "lessons",
        },
    ];
}
