namespace Mannam.Payments.Provider;

/// <summary>Money that was asked for, by name.</summary>
internal sealed class Charge
{
    public const string Taken = "taken";
    public const string GivenBack = "givenBack";
    public const string Voided = "voided";

    public required string Name { get; init; }

    /// <summary>Won; 0 where nothing was taken.</summary>
    public long Amount { get; init; }

    /// <summary><c>taken</c> → <c>givenBack</c>; or <c>voided</c> before anything was taken.</summary>
    public required string State { get; set; }
}

/// <summary>A movement of money that really took place.</summary>
internal sealed class Movement
{
    public long Id { get; init; }
    public required string Name { get; init; }

    /// <summary><c>charge</c> or <c>giveBack</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Won.</summary>
    public long Amount { get; init; }
    public DateTime At { get; init; }
}

/// <summary>How the provider behaves; takes effect at once, and is kept over a restart.</summary>
internal sealed record ProviderSettings
{
    public int Id { get; init; } = 1;

    /// <summary>Won; charges above are declined. Null: none is.</summary>
    public long? DeclineAbove { get; init; }

    /// <summary>Milliseconds that a charge takes at least.</summary>
    public long Delay { get; init; }

    /// <summary>Milliseconds that a charge takes at most besides, at random.</summary>
    public long Jitter { get; init; }

    /// <summary>How charges are answered; see <see cref="ProviderModes"/>.</summary>
    public string Mode { get; init; } = ProviderModes.Ok;
}
