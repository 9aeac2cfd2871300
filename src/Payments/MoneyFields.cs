using Mannam.Http;

namespace Mannam.Payments;

/// <summary>Amounts of money in requests: whole won (KRW), 1 to 100,000,000 (spec README, "Values").</summary>
public static class MoneyFields
{
    /// <summary>The largest amount, in won.</summary>
    public const long MaxWon = 100_000_000;

    /// <summary>A required amount, as a number or a text. 0 after an error.</summary>
    public static long Money(this RequestFields fields, string name)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return fields.Require(name, fields.OptionalMoney(name));
    }

    /// <summary>An amount, or null when there is none.</summary>
    public static long? OptionalMoney(this RequestFields fields, string name)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return fields.OptionalNumber(name, 1, MaxWon, "must be a whole number of won from 1 to 100,000,000.");
    }
}
