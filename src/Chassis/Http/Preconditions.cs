using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Mannam.Http;

/// <summary>Entity tags: the version of an aggregate in quotes, always strong (RFC 9110, 8.8.3 and 13).</summary>
public static class Preconditions
{
    private static readonly string[] Small = [.. Enumerable.Range(0, 64).Select(version => $"\"{version}\"")];

    /// <summary>
    /// True if the request may change this <paramref name="version"/> of the resource: it has no If-Match, or If-Match is <c>*</c> or lists the
    /// version's tag. A weak tag never matches. If false, answer <see cref="Problems.PreconditionFailed"/>.
    /// </summary>
    public static bool Matches(HttpContext http, long version)
    {
        ArgumentNullException.ThrowIfNull(http);
        var asked = http.Request.Headers.IfMatch;
        return StringValues.IsNullOrEmpty(asked) || Lists(asked, Tag(version), weakToo: false);
    }

    /// <summary>The strong tag of a version, such as <c>"3"</c> with its quotes.</summary>
    public static string Tag(long version) =>
        (ulong)version < (ulong)Small.Length ? Small[version] : string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>True if the client already has this version (If-None-Match on a read): 304.</summary>
    internal static bool IsKnown(HttpContext http, string tag)
    {
        var known = http.Request.Headers.IfNoneMatch;
        return !StringValues.IsNullOrEmpty(known) && Lists(known, tag, weakToo: true);
    }

    private static bool Lists(StringValues header, string tag, bool weakToo)
    {
        foreach (var line in header)
        {
            var list = line.AsSpan();
            // Our own tags contain no comma, so a part of a foreign tag never equals one.
            foreach (var part in list.Split(','))
            {
                var given = list[part].Trim();
                if (weakToo && given.StartsWith("W/", StringComparison.Ordinal))
                    given = given[2..];
                if (given is "*" || given.SequenceEqual(tag))
                    return true;
            }
        }
        return false;
    }
}
