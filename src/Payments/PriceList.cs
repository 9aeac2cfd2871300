using System.Globalization;
using Mannam.Abstractions;
using Mannam.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Payments;

/// <summary>A price.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Won">1 to 100,000,000 won.</param>
public sealed record Price(string Name, long Won);

/// <summary>Price lists in the configuration.</summary>
public static class PriceList
{
    /// <summary>The setting of a price list, such as <c>phone=30000,visit=50000</c>. Each name is there once; a price is 1 to 100,000,000 won.</summary>
    /// <param name="name">The setting's name.</param>
    /// <param name="standard">The default; empty for no prices.</param>
    /// <param name="meaning">What it is, for <c>describe</c>.</param>
    public static Setting<IReadOnlyList<Price>> Setting(string name, string standard, string meaning) => new(name, meaning, standard, Read);

    /// <summary>GET of the price list that the setting holds now.</summary>
    /// <param name="routes">Of the service.</param>
    /// <param name="path">Where it is, such as <c>consult/fees</c>.</param>
    /// <param name="name">What the second link of an item is called, such as <c>fee</c>.</param>
    /// <param name="prices">The setting that holds it.</param>
    /// <param name="show">How a price is shown.</param>
    public static void MapPrices<TView>(
        this IEndpointRouteBuilder routes,
        string path,
        string name,
        Setting<IReadOnlyList<Price>> prices,
        Func<Price, TView> show
    )
    {
        ArgumentNullException.ThrowIfNull(routes);
        var settings = routes.ServiceProvider.GetRequiredService<Settings>();
        var resource = new Resource<Price, TView>(path, name, price => price.Name, Conventions.JsonOf<TView>(), show);
        routes.MapReads(resource, () => settings.Get(prices));
    }

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
        && won is >= 1 and <= WonAttribute.Most
            ? won
            : throw new FormatException($"a whole number from 1 to {WonAttribute.Most} is expected");
}
