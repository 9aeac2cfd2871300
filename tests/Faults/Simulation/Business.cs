using System.Globalization;
using System.Text.Json.Nodes;
using Mannam.Abstractions;

namespace Mannam.Simulation;

/// <summary>What a system states in order to be simulated: what people do in it, and what must hold once all is settled. Nothing else is its own.</summary>
public abstract class Business
{
    /// <summary>The system.</summary>
    public abstract SystemDeclaration System { get; }

    /// <summary>The services that give ids, and the sequences by which they do: first the one of the requests' ids, the correlation keys.</summary>
    public abstract IReadOnlyList<(string Service, string Sequence)> Ids { get; }

    /// <summary>Settings of a simulated installation, such as <c>Taxi:Catch:PaymentTimeout</c>.</summary>
    public virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    /// <summary>How the provider behaves.</summary>
    public virtual object Provider => new { declineAbove = 50_000 };

    /// <summary>How many times as long as a short saga's a run is: as long as it takes a disturbed saga to come to its end, now and then.</summary>
    public virtual int Length => 1;

    /// <summary>What somebody does next.</summary>
    /// <param name="random">Chance.</param>
    /// <param name="seen">What was done so far.</param>
    public abstract Act Next(Random random, Seen seen);

    /// <summary>The paths under which the services show a saga; <c>{id}</c> stands for its key.</summary>
    public abstract IReadOnlyList<string> Places { get; }

    /// <summary>The name of a saga's charge at the provider.</summary>
    public string ChargeOf(long key) => $"{System.Name}-{key}";

    /// <summary>Whether a saga that was settled lives, and so has to be paid: then its charge was taken once and kept; otherwise it was never taken, or
    /// given back.</summary>
    public abstract bool IsPaid(Saga saga);

    /// <summary>What must hold of a saga once all is settled.</summary>
    public abstract IEnumerable<Broken> Check(Saga saga);

    /// <summary>What must hold of all that was done in a run.</summary>
    public virtual IEnumerable<Broken> Check(IReadOnlyList<Saga> sagas, IReadOnlyList<GivenAnswer> told) => [];
}

/// <summary>Something that does not hold.</summary>
/// <param name="Invariant">Which, in a few words; the same words each time.</param>
/// <param name="How">What was found.</param>
public sealed record Broken(string Invariant, string How);

/// <summary>What one person does: one call, or a change of settings.</summary>
/// <param name="Text">In words, such as <c>Kim takes #1</c>.</param>
/// <param name="Kind">What kind of act it is, such as <c>take</c>.</param>
/// <param name="Call">Method and path, such as <c>POST /pickUps</c>.</param>
/// <param name="Body">What is sent.</param>
public sealed record Act(string Text, string Kind, string Call, object? Body = null)
{
    /// <summary>The <c>Idempotency-Key</c>.</summary>
    public string? Key { get; init; }

    /// <summary>What is looked at first, such as <c>GET</c> of <c>/schedule?consultId=5</c>: its fields stand for <c>{field}</c> in the call. Where there is nothing,
    /// nothing is done.</summary>
    public string? Finds { get; init; }

    /// <summary>Settings of the installation that are changed in place of a call.</summary>
    public IReadOnlyDictionary<string, string>? Sets { get; init; }

    /// <summary>The saga that it is about, by its number in the run, from 1; 0 for none.</summary>
    public int Saga { get; init; }

    /// <summary>Who does it.</summary>
    public string Who { get; init; } = "";

    /// <summary>When it succeeds the saga must have been paid before.</summary>
    public bool OnlyPaid { get; init; }
}

/// <summary>What the people of a run have done so far.</summary>
/// <param name="First">The key before that of saga 1.</param>
/// <param name="Acts">What was done, in this order.</param>
public sealed record Seen(long First, IReadOnlyList<Act> Acts)
{
    /// <summary>The correlation key of a saga by its number in the run.</summary>
    public long KeyOf(int saga) => First + saga;

    /// <summary>How often something of a kind was done.</summary>
    public int Count(string kind) => Acts.Count(a => a.Kind == kind);

    /// <summary>The same act, every other time with a key of its own.</summary>
    public Act Keyed(Random random, Act act)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(act);
        if (random.Next(2) == 0)
            return act;
        var key = Acts.Count + 1;
        return act with { Text = $"{act.Text} with key {key}", Key = string.Create(CultureInfo.InvariantCulture, $"{First}-{key}") };
    }

    /// <summary>Something that was done with a key, done again with it; null when nothing was.</summary>
    public Act? Again(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var keyed = Acts.Where(a => a.Key is not null).ToList();
        if (keyed.Count == 0)
            return null;
        var again = keyed[random.Next(keyed.Count)];
        return again with { Text = $"again {again.Text.Replace("again ", "", StringComparison.Ordinal)}" };
    }
}

/// <summary>What somebody was told.</summary>
/// <param name="Act">What they did.</param>
/// <param name="Status">0 when no answer came.</param>
/// <param name="Body">The answer; null when it had none.</param>
/// <param name="Saga">The saga that the answer is about, by its number in the run; 0 for none.</param>
public sealed record GivenAnswer(Act Act, int Status, JsonNode? Body, int Saga);

/// <summary>All that is known of one saga once it has settled.</summary>
/// <param name="Number">Its number in the run, from 1.</param>
/// <param name="Key">Its correlation key.</param>
/// <param name="Places">What the services show, by place; null where there is nothing.</param>
/// <param name="Events">The events of it, in the order of the log; one that was published twice once.</param>
/// <param name="Ledger">Every movement of its money, such as <c>charge 1000</c>.</param>
/// <param name="Answers">What people were told of it.</param>
/// <param name="Done">What people did to it, whether they got an answer or not.</param>
public sealed record Saga(
    int Number,
    long Key,
    IReadOnlyDictionary<string, JsonNode?> Places,
    IReadOnlyList<Logged> Events,
    IReadOnlyList<string> Ledger,
    IReadOnlyList<GivenAnswer> Answers,
    IReadOnlyList<Act> Done
)
{
    /// <summary>A field of what is shown at a place; null where there is nothing.</summary>
    public string? At(string place, string field) => Places[place]?[field]?.ToString();

    /// <summary>What other places show otherwise than the one that is given.</summary>
    public IEnumerable<Broken> Differences(string first, params string[] fields) =>
        from place in Places.Where(p => p.Value is JsonObject).Select(p => p.Key)
        from field in fields
        where At(place, field) is { } other && other != At(first, field)
        select new Broken("all services agree", $"{place} has {field} {At(place, field)}, {first} {At(first, field)}");

    /// <summary>How many events of a name there are.</summary>
    public int Count(string name) => Events.Count(e => e.Name == name);
}

/// <summary>An event as it lies in the log.</summary>
public sealed record Logged(string Name, string Source, JsonNode Fields);
