namespace Mannam.Payments.Provider;

/// <summary>A charge, known by its name.</summary>
internal sealed class Charge
{
    public const string Taken = "taken";
    public const string GivenBack = "givenBack";
    public const string Voided = "voided";

    public required string Name { get; init; }

    /// <summary>In won; 0 where nothing was taken.</summary>
    public long Amount { get; init; }

    /// <summary><c>taken</c> → <c>givenBack</c>; <c>voided</c> where it was cancelled before anything was taken.</summary>
    public required string State { get; set; }
}

/// <summary>A movement of money: an entry of the ledger.</summary>
internal sealed class Movement
{
    public long Id { get; init; }
    public required string Name { get; init; }

    /// <summary><c>charge</c> or <c>giveBack</c>.</summary>
    public required string Action { get; init; }

    /// <summary>In won.</summary>
    public long Amount { get; init; }
    public DateTime At { get; init; }
}

/// <summary>How the provider behaves. A change takes effect at once, and is kept over a restart.</summary>
internal sealed record ProviderSettings
{
    public int Id { get; init; } = 1;

    /// <summary>In won; larger charges are declined. Null: none is declined.</summary>
    public long? DeclineAbove { get; init; }

    /// <summary>How long a charge takes at least, in milliseconds.</summary>
    public long Delay { get; init; }

    /// <summary>The largest random addition to <see cref="Delay"/>, in milliseconds.</summary>
    public long Jitter { get; init; }

    /// <summary>How charges are answered; see <see cref="ProviderModes"/>.</summary>
    public string Mode { get; init; } = ProviderModes.Ok;
}
