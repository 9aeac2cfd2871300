using System.Globalization;

namespace Mannam.Abstractions;

/// <summary>A configuration error that stops the start. The message names the key.</summary>
public sealed class ConfigurationException(string message) : Exception(message);

/// <summary>A value that differs between installations, named <c>{System}:{Service}:{Name}</c>.</summary>
/// <param name="Name">The last part of its name.</param>
/// <param name="Meaning">Its meaning, with its unit.</param>
/// <param name="Default">Its default as text; null if it is required, or known without configuration.</param>
public abstract record Setting(string Name, string Meaning, string? Default)
{
    /// <summary>The documents' environment variables for it. If several are set, the first counts.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    private static readonly string[] SecretEndings = ["secret", "password", "token", "key"];

    /// <summary>Whether its value must not be shown: the name ends in secret, password, token or key.</summary>
    public static bool IsSecret(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return SecretEndings.Any(s => name.EndsWith(s, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Checks that the text is a valid value.</summary>
    /// <exception cref="FormatException">It is not. The message says what is expected.</exception>
    internal abstract void Check(string text);

    /// <summary>A duration in milliseconds.</summary>
    public static Setting<TimeSpan> Milliseconds(string name, long standard, string meaning, long least = 0, long most = 86_400_000) =>
        new(name, meaning, standard.ToString(CultureInfo.InvariantCulture), text => TimeSpan.FromMilliseconds(Whole(text, least, most)));

    /// <summary>A whole number.</summary>
    public static Setting<long> Number(string name, long standard, string meaning, long least, long most) =>
        new(name, meaning, standard.ToString(CultureInfo.InvariantCulture), text => Whole(text, least, most));

    /// <summary>A list separated by commas.</summary>
    /// <param name="read">Reads each item; throws a <see cref="FormatException"/> that says what is expected.</param>
    /// <param name="variable">The documents' environment variable.</param>
    public static Setting<IReadOnlyList<string>> List(
        string name,
        string standard,
        string meaning,
        Func<string, string>? read = null,
        string? variable = null
    ) =>
        new(
            name,
            meaning,
            standard,
            text =>
                [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(read ?? (each => each))]
        )
        {
            Variables = variable is null ? [] : [variable],
        };

    /// <summary>One of several words; case-sensitive.</summary>
    public static Setting<string> OneOf(string name, string standard, string meaning, params IReadOnlyCollection<string> words) =>
        new(name, meaning, standard, text => Word(text, words));

    /// <summary>Any number of several words, separated by commas; may be empty.</summary>
    public static Setting<IReadOnlyList<string>> SomeOf(
        string name,
        string standard,
        string meaning,
        params IReadOnlyCollection<string> words
    ) =>
        List(
            name,
            standard,
            meaning,
            each => words.Contains(each) ? each : throw new FormatException($"some of {string.Join(", ", words)} are expected")
        );

    private static string Word(string text, IReadOnlyCollection<string> words) =>
        words.Contains(text) ? text : throw new FormatException($"one of {string.Join(", ", words)} is expected");

    /// <summary>Ids (whole numbers from 1), separated by commas: at least one, without duplicates.</summary>
    public static Setting<IReadOnlyList<long>> Ids(string name, string standard, string meaning) => new(name, meaning, standard, IdsOf);

    private static List<long> IdsOf(string text)
    {
        var ids = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(id => Whole(id, 1, long.MaxValue))
            .ToList();
        return ids.Count > 0 && ids.Distinct().Count() == ids.Count
            ? ids
            : throw new FormatException("at least one number is expected, without duplicates, separated by commas");
    }

    /// <summary>The address of a peer, or the addresses of its replicas. On one machine they are known without configuration.</summary>
    /// <param name="name">The last part of its name.</param>
    /// <param name="meaning">Its meaning.</param>
    /// <param name="standard">The default address; null if it is required, or known without configuration.</param>
    public static Setting<IReadOnlyList<Uri>> Addresses(string name, string meaning, string? standard = null) =>
        new(
            name,
            meaning,
            standard,
            text =>
                text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } all
                    ? [.. all.Select(ReadAddress)]
                    : throw new FormatException(AddressExpected)
        );

    private const string AddressExpected = "an absolute http or https address is expected, or several, separated by commas";

    private static Uri ReadAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new FormatException(AddressExpected);

    private static long Whole(string text, long least, long most) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= least
        && number <= most
            ? number
            : throw new FormatException($"a whole number from {least} to {most} is expected");
}

/// <summary>A setting, and how its text is read.</summary>
public sealed record Setting<T>(string Name, string Meaning, string? Default, Func<string, T> Read) : Setting(Name, Meaning, Default)
{
    internal override void Check(string text) => Read(text);
}
