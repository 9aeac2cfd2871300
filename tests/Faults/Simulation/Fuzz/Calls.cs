using System.Globalization;
using static Mannam.Simulation.Fuzz.Spoilt;

namespace Mannam.Simulation.Fuzz;

/// <summary>Makes the calls of a run: the same seed and number are the same call.</summary>
/// <param name="operations">The calls that the document describes.</param>
/// <param name="system">The system's name, under which they are served too.</param>
/// <param name="seed">The seed.</param>
internal sealed class Calls(IReadOnlyList<Operation> operations, string system, int seed)
{
    /// <summary>A call in which one thing is spoilt.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="last">The highest correlation key so far.</param>
    /// <param name="onlyRefused">It must be one of which nothing can come.</param>
    public Attempt Single(int number, long last, bool onlyRefused)
    {
        // Each number draws from a sequence of its own.
        var random = new Random(unchecked(seed * 1_000_003 + number));
        while (true)
        {
            // What is served and what is wrong with it are both drawn anew: many pairs do not fit.
            var draft = Right(random, last);
            var spoilt = One<Spoilt>(random, [.. All]);
            if (!spoilt.Fits(draft))
                continue;
            // 10 MB are as bad a few times as often.
            if (spoilt.Kind == "10 MB" && random.Next(20) > 0)
                continue;
            var expected = spoilt.Do(draft, random);
            Key(draft, random, expected);
            if (!onlyRefused || expected.IsRefusal)
                return Made(number, spoilt.Kind, draft, expected);
        }
    }

    /// <summary>A call in which two or three things are spoilt: anything may come of it but a fault of ours.</summary>
    public Attempt Several(int number, long last)
    {
        var random = new Random(unchecked(seed * 1_000_003 + number));
        var draft = Right(random, last);
        var kinds = new List<string>();
        var mayClose = false;
        for (var wanted = random.Next(2, 4); kinds.Count < wanted; )
        {
            var spoilt = One<Spoilt>(random, [.. All]);
            // A body whose end is uncertain is one with nothing else.
            if (!spoilt.Fits(draft) || spoilt.Kind == "10 MB" || SpoiltFraming.All.Contains(spoilt))
                continue;
            mayClose |= spoilt.Do(draft, random).MayClose;
            kinds.Add(spoilt.Kind);
        }
        var expected = new Expected([], MayClose: mayClose);
        Key(draft, random, expected);
        return Made(number, string.Join(" + ", kinds), draft, expected);
    }

    /// <summary>A call whose body never ends.</summary>
    public Attempt Endless(int number, long last)
    {
        var random = new Random(unchecked(seed * 1_000_003 + number));
        while (true)
        {
            var draft = Right(random, last);
            if (SpoiltBodies.Endless.Fits(draft))
                return Made(number, SpoiltBodies.Endless.Kind, draft, SpoiltBodies.Endless.Do(draft, random));
        }
    }

    // A right call: most of these are carried out.
    private Draft Right(Random random, long last)
    {
        var operation = One<Operation>(random, [.. operations]);
        var id = random.NextInt64(1, Math.Max(last, 1) + 1).ToString(CultureInfo.InvariantCulture);
        var path = string.Join('/', operation.Path.Split('/').Select(s => s.StartsWith('{') ? id : s));
        var draft = new Draft(operation, random.Next(3) == 0 ? $"/{system}{path}" : path);
        if (operation.Method == "GET" && random.Next(8) == 0)
            draft.Method = "HEAD";
        foreach (var parameter in operation.Query.Where(q => q.Required))
            draft.Query.Add($"{parameter.Name}={Text(random)}");
        foreach (var field in operation.Fields.Where(f => f.Required && operation.Method == "POST"))
            draft.Fields.Add((field.Name, field.IsWhole ? Whole(field, random, id) : $"\"{Text(random)}\""));
        if (operation.Method == "PATCH")
            draft.Fields.Add(("colour", "\"red\""));
        return draft;
    }

    // Where it may decide what is answered, nothing certain is expected.
    private static void Key(Draft draft, Random random, Expected expected)
    {
        if (draft.Operation.Method == "POST" && expected.Statuses.Length == 0 && random.Next(4) == 0)
            draft.Header("Idempotency-Key", $"key-{random.Next(200)}");
    }

    private static string Text(Random random) => One(random, "Kim", "Lee", "Busan", "Seoul", "Peter");

    // What is called an id is one.
    private static string Whole(Field field, Random random, string id) =>
        field.Name.EndsWith("Id", StringComparison.Ordinal) ? id : random.Next(1_000, 60_000).ToString(CultureInfo.InvariantCulture);

    private static Attempt Made(int number, string kind, Draft draft, Expected expected) =>
        new(
            number,
            kind,
            $"{draft.Operation.Method} {draft.Operation.Path}",
            draft.Pieces(),
            draft.Pause,
            draft.NeverEnds,
            draft.Method == "HEAD",
            draft.Framing is not null,
            expected
        );
}
