using System.ComponentModel.DataAnnotations;

namespace Mannam.Payments;

/// <summary>A field of a request is an amount of money: whole won (KRW), 1 to 100,000,000 (spec README, "Values").</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class WonAttribute : RangeAttribute
{
    /// <summary>The largest amount, in won.</summary>
    public const int Most = 100_000_000;

    public WonAttribute()
        : base(1, Most) => ErrorMessage = "{0} must be a whole number of won from 1 to 100,000,000.";
}
