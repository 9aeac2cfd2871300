namespace Mannam.Abstractions;

/// <summary>How much a business depends on a service: what a subdomain is called in domain-driven design.</summary>
public enum Rank
{
    /// <summary>What the business lives by. The documents plan for 99.999 % of a year.</summary>
    Core,

    /// <summary>What the business needs besides, such as views. The documents plan for 60 % of a year.</summary>
    Supporting,

    /// <summary>What every business needs alike, such as payment.</summary>
    General,
}
