using System.Globalization;
using Mannam.Abstractions;

namespace Mannam.Payments;

/// <summary>What something costs.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Won">Whole won.</param>
public sealed record Price(string Name, long Won);

/// <summary>Price lists in the configuration.</summary>
public static class PriceList
{
    /// <summary>A price list: <c>name=won</c> each, separated by commas; each name once, prices from 1 to 100,000,000 won.</summary>
    public static Setting<IReadOnlyList<Price>> Setting(string name, string standard, string meaning) => new(name, meaning, standard, Read);

    private static List<Price> Read(string text)
    {
        var prices = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ReadOne).ToList();
        return prices.DistinctBy(p => p.Name).Count() == prices.Count ? prices : throw new FormatException("each name is expected once");
    }

    private static Price ReadOne(string text)
    {
        var at = text.LastIndexOf('=');
        var name = at > 0 ? text[..at].Trim() : "";
        return name.Length > 0
            ? new Price(name, ReadWon(text[(at + 1)..].Trim()))
            : throw new FormatException("name=won is expected, separated by commas");
    }

    private static long ReadWon(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var won)
        && won is >= 1 and <= MoneyFields.MaxWon
            ? won
            : throw new FormatException($"a whole number from 1 to {MoneyFields.MaxWon} is expected");
}
