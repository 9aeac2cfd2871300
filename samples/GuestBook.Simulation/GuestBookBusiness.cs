using Mannam.Abstractions;
using Mannam.Testing;

namespace GuestBook.Simulation;

/// <summary>The guest book as the simulator knows it: what guests do, and what must hold afterwards, whatever went wrong meanwhile.</summary>
internal sealed class GuestBookBusiness : SimulatedBusiness
{
    private const string Entry = "/entries/{id}";
    private const string Thanks = "/thanks/{id}";
    private static readonly string[] Guests = ["Kim", "Lee"];

    public override SystemDeclaration System => GuestBookSystem.Declaration;

    public override IReadOnlyList<(string Service, string Sequence)> IdSequences { get; } = [("guestbook.book", "entry_ids")];

    public override IReadOnlyList<string> Resources { get; } = [Entry, Thanks];

    public override UserAction Next(Random random, UserHistory history)
    {
        // Somebody who got no answer asks again, with the same Idempotency-Key.
        if (random.Next(3) == 0 && history.Repeat(random) is { } again)
            return again;
        var guest = Guests[random.Next(Guests.Length)];
        // Each entry has a text of its own, by which the invariants know it.
        var sent = new { guest, text = $"Entry {history.Actions.Count}" };
        return history.WithKeySometimes(random, new UserAction($"{guest} writes", "write", "POST /entries", sent));
    }

    public override IEnumerable<Violation> Check(Saga saga)
    {
        if (saga.Count("EntryWritten") != 1)
            yield return new("each entry is published once", $"{saga.Count("EntryWritten")} events");
        if (saga.At(Thanks, "words") != $"Thank you, {saga.At(Entry, "guest")}.")
            yield return new("each guest is thanked", $"{saga.At(Entry, "guest")} wrote, the thanks are: {saga.At(Thanks, "words")}");
    }

    public override IEnumerable<Violation> Check(IReadOnlyList<Saga> sagas, IReadOnlyList<UserAnswer> answers)
    {
        foreach (var text in sagas.GroupBy(s => s.At(Entry, "text")).Where(same => same.Count() > 1))
            yield return new("a key makes one entry", $"{text.Count()} entries: {text.Key}");
        foreach (var answer in answers.Where(a => a.Status == 201 && sagas.All(s => s.Number != a.Saga)))
            yield return new("what was answered with 201 is stored", answer.Action.Text);
    }
}
