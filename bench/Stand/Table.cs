using System.Globalization;

namespace Mannam.Bench.Stand;

/// <summary>A table with the values of two sides, and the ratio of the second to the first.</summary>
internal sealed class Table(TextWriter output, string left, string right)
{
    /// <summary>Prints the headings.</summary>
    internal void Head() => Line("", left, right, $"{right} ÷ {left}");

    internal void Row(string what, double first, double second, string format = "N2") =>
        Line(what, Format(first, format), Format(second, format), Format(second / first, "N2"));

    /// <summary>Prints a row for rounds measured in turn: the medians, the median of the rounds' ratios, and these ratios.</summary>
    internal void Rounds(string what, IEnumerable<double> firsts, IEnumerable<double> seconds, string format = "N2")
    {
        double[] ratios = [.. firsts.Zip(seconds, (first, second) => second / first)];
        var rounds = string.Join(" ", ratios.Select(r => Format(r, "N2")));
        Line(what, Format(Median(firsts), format), Format(Median(seconds), format), Format(Median(ratios), "N2"), $"   ({rounds})");
    }

    internal static double Median(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The value that this share of all does not exceed.</summary>
    internal static double Share(IReadOnlyCollection<double> numbers, double share)
    {
        var sorted = numbers.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    private void Line(string what, string first, string second, string ratio, string rounds = "") =>
        output.WriteLine($"{what, -42}{first, 12}{second, 12}{ratio, 20}{rounds}");

    private static string Format(double number, string format) =>
        double.IsFinite(number) ? number.ToString(format, CultureInfo.InvariantCulture) : "-";
}
