using System.Globalization;

namespace Mannam.Bench;

/// <summary>The arguments of a command: <c>--name value</c> pairs and <c>--flags</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> values = [];

    /// <exception cref="ArgumentException">An argument is unknown.</exception>
    internal Arguments(ReadOnlySpan<string> given, string[] options, string[] flags)
    {
        for (var i = 0; i < given.Length; i++)
        {
            if (Array.IndexOf(flags, given[i]) >= 0)
            {
                values[given[i]] = "";
            }
            else if (Array.IndexOf(options, given[i]) >= 0 && i + 1 < given.Length)
            {
                values[given[i]] = given[++i];
            }
            else
            {
                throw new ArgumentException($"unknown argument, or one without its value: {given[i]}");
            }
        }
    }

    internal bool Has(string name) => values.ContainsKey(name);

    internal string Text(string name, string otherwise) => values.GetValueOrDefault(name, otherwise);

    internal string Required(string name) => values.GetValueOrDefault(name) ?? throw new ArgumentException($"{name} is missing");

    internal int Number(string name, int otherwise)
    {
        if (!values.TryGetValue(name, out var text))
        {
            return otherwise;
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"{name} must be a whole number, not {text}");
    }
}
