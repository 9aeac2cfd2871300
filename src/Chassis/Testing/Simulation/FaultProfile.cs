namespace Mannam.Testing;

/// <summary>How a run is disturbed: each seed has kinds of faults it favours and others it leaves out, so that rare meetings of the same kind come about
/// too.</summary>
internal sealed class FaultProfile
{
    private readonly Random _random;

    public FaultProfile(Random random)
    {
        this._random = random;
        (Holds, Crashes, Lost, Late) = (Level(0.35), Level(0.03), Level(0.12), 0.05 + Level(0.4));
        (Unpublished, Split) = (Level(0.2), Level(0.8));
        (Copies, HangsUp, Replaces) = (random.Next(3) > 0, random.Next(3) > 0, random.Next(3) > 0);
        (Broken, Refused) = (Level(0.04), Level(0.3));
        (Steps, Patience) = (random.Next(35, 105), random.Next(1, 4));
    }

    /// <summary>Somebody is held at a named point.</summary>
    public double Holds { get; }

    /// <summary>A service dies, at a point that it comes to.</summary>
    public double Crashes { get; }

    /// <summary>A request or an answer is lost.</summary>
    public double Lost { get; }

    /// <summary>A request or an answer is held on its way; never never, so that no run is without a fault.</summary>
    public double Late { get; }

    /// <summary>Publishing fails, before or after it took effect.</summary>
    public double Unpublished { get; }

    /// <summary>A relay that was thought dead publishes again.</summary>
    public bool Copies { get; }

    /// <summary>A subscriber gets less than there is.</summary>
    public double Split { get; }

    /// <summary>Somebody waits no longer for an answer.</summary>
    public bool HangsUp { get; }

    /// <summary>A subscriber's partitions go to another replica, and it does not know.</summary>
    public bool Replaces { get; }

    /// <summary>The connection to the store is lost, before a commit was made or after.</summary>
    public double Broken { get; }

    /// <summary>The store refuses what an event led to.</summary>
    public double Refused { get; }

    /// <summary>How many steps are disturbed.</summary>
    public int Steps { get; }

    /// <summary>How eagerly people act, against all else that goes on.</summary>
    public int Patience { get; }

    private double Level(double most) =>
        _random.Next(3) switch
        {
            0 => 0,
            1 => most / 4,
            _ => most,
        };
}
