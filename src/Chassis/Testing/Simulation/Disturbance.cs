using System.Globalization;

namespace Mannam.Testing;

/// <summary>What becomes of a piece of code that has come to a named point.</summary>
internal enum AtPoint
{
    Passes,
    IsHeld,
    Dies,
    IsCutOff,
    IsRefused,
}

/// <summary>All that is left to chance in one run, drawn from its seed; and the account of it.</summary>
internal sealed class Disturbance(Random random, FaultProfile profile, Clock clock)
{
    // No transaction is open there, so that whoever is held holds up nobody else in the store, and no turn (Service.Points looks).
    private static readonly HashSet<string> Holdable =
    [
        "command.committing",
        "command.committed",
        "call.asking",
        "call.answered",
        "approval.asking",
        "approval.answered",
        "charge.committing",
        "charge.committed",
        "giveBack.committing",
        "giveBack.committed",
        "answer.committing",
        "answer.committed",
        "relay.publishing",
        "relay.published",
        "consumer.committed",
    ];

    // Where the connection to the store may be lost, with the commit made or not.
    private static readonly HashSet<string> Cuttable =
    [
        "command.committing",
        "command.committed",
        "locked.committing",
        "locked.committed",
        "answer.committing",
        "answer.committed",
        "consumer.committing",
        "consumer.committed",
    ];

    // Where the store may refuse what an event led to.
    private static readonly HashSet<string> Refusable = ["consumer.committing", "waiting.committing"];

    private readonly long _began = clock.Ticks;

    /// <summary>Nothing is disturbed any more.</summary>
    public bool Calm { get; set; }

    /// <summary>What happened, one line a step.</summary>
    public List<string> Story { get; } = [];

    /// <summary>How often something was lost, late, copied, split, or died.</summary>
    public int Faults { get; private set; }

    /// <summary>The points, faults, answers and events that were come to.</summary>
    public SortedSet<string> Branches { get; } = [];

    /// <summary>What the simulator itself did that it may not.</summary>
    public List<Violation> Violations { get; } = [];

    /// <summary>Adds a line to the story.</summary>
    public void Tell(string what) =>
        Story.Add(string.Create(CultureInfo.InvariantCulture, $"{TimeSpan.FromTicks(clock.Ticks - _began).TotalSeconds, 8:0.000}  {what}"));

    /// <summary>Tells of something that does not happen every day.</summary>
    public void Fault(string kind, string what)
    {
        Faults++;
        Branches.Add(kind);
        Tell(what);
    }

    public bool Chance(double of) => !Calm && of > 0 && random.NextDouble() < of;

    /// <summary>What becomes of a request.</summary>
    public Delivery Request(Call call)
    {
        if (Chance(profile.Lost))
        {
            Fault("request lost", $"{call.Label}: {call} is lost");
            return Delivery.IsLost;
        }
        if (!Chance(profile.Late))
            return Delivery.Arrives;
        Fault("request late", $"{call.Label}: {call} is on its way");
        return Delivery.IsHeld;
    }

    /// <summary>What becomes of an answer.</summary>
    public Delivery Answer(Call call, int? status)
    {
        Branches.Add($"{call} {status}".Length > 0 ? $"answer {status}" : "");
        if (Chance(profile.Lost))
        {
            Fault("answer lost", $"{call.Label}: the answer {status} is lost");
            return Delivery.IsLost;
        }
        if (!Chance(profile.Late))
            return Delivery.Arrives;
        Fault("answer late", $"{call.Label}: the answer {status} is on its way");
        return Delivery.IsHeld;
    }

    /// <summary>What becomes of whoever has come to a point.</summary>
    public AtPoint At(string service, string point, string label)
    {
        Branches.Add($"{service}/{point}");
        if (Chance(profile.Crashes))
        {
            Fault($"death at {point}", $"{label}: {service} dies at {point}");
            return AtPoint.Dies;
        }
        if (Cuttable.Contains(point) && Chance(profile.Broken))
        {
            Fault($"cut off at {point}", $"{label}: {service} loses its store at {point}");
            return AtPoint.IsCutOff;
        }
        if (Refusable.Contains(point) && Chance(profile.Refused))
        {
            Fault($"refused at {point}", $"{label}: the store refuses {service} at {point}");
            return AtPoint.IsRefused;
        }
        if (!IsHoldable(point) || !Chance(profile.Holds))
            return AtPoint.Passes;
        Tell($"{label}: held at {service}/{point}");
        Branches.Add($"held at {point}");
        return AtPoint.IsHeld;
    }

    private static bool IsHoldable(string point) => Holdable.Contains(point) || point.StartsWith("due.", StringComparison.Ordinal);

    /// <summary>How many of so many records are published, and for how many of these the publisher knows; null when all is well.</summary>
    public (int Appended, int Known)? Publishing(int records)
    {
        if (!Chance(profile.Unpublished))
            return null;
        var appended = random.Next(records + 1);
        var known = random.Next(appended + 1);
        Fault("publishing failed", $"publishing fails: {appended} of {records} arrive, {known} for certain");
        return (appended, known);
    }

    /// <summary>How many of the records that are there a subscriber gets.</summary>
    public int Share(int there)
    {
        if (there < 2 || !Chance(profile.Split))
            return there;
        Branches.Add("batch split");
        return random.Next(1, there + 1);
    }
}
