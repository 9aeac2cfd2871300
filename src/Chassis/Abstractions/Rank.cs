namespace Mannam.Abstractions;

/// <summary>How important a service is for the business: the subdomain types of domain-driven design.</summary>
public enum Rank
{
    /// <summary>The core of the business. The documents plan for an availability of 99.999 % of a year.</summary>
    Core,

    /// <summary>Supports the core, such as views. The documents plan for 60 % of a year.</summary>
    Supporting,

    /// <summary>The same in every business, such as payment.</summary>
    General,
}
