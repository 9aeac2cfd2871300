using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>
/// Chooses the form of an answer (RFC 9110, 12.5.1): HAL, unless the request accepts JSON but not HAL by name, or prefers JSON.
/// </summary>
internal static class MediaTypes
{
    public const string Hal = "application/hal+json";
    public const string Json = "application/json";

    /// <summary>The content type of the answer; null if Accept allows neither (406).</summary>
    public static string? Of(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        return accept.Count switch
        {
            0 => Hal,
            1 when accept[0] is null or "" or "*/*" or Hal => Hal,
            1 when accept[0] is Json => Json,
            _ => Preferred(accept.ToString()),
        };
    }

    private static string? Preferred(ReadOnlySpan<char> accept)
    {
        var hal = new Best();
        var json = new Best();
        var understood = false;
        foreach (var part in accept.Split(','))
        {
            var range = accept[part].Trim();
            var semicolon = range.IndexOf(';');
            var type = (semicolon < 0 ? range : range[..semicolon]).TrimEnd();
            // Invalid media ranges are ignored.
            if (type.IndexOf('/') <= 0)
                continue;
            understood = true;
            var weight = semicolon < 0 ? 1 : Weight(range[(semicolon + 1)..]);
            hal.Consider(type, Hal, weight);
            json.Consider(type, Json, weight);
        }
        if (!understood)
            return Hal;
        // A client that lists JSON but not HAL (axios: "application/json, text/plain, */*") only knows JSON, even with a wildcard.
        var prefersJson = json.Weight > 0 && (json.Weight > hal.Weight || (json.IsNamed && !hal.IsNamed));
        return prefersJson ? Json
            : hal.Weight > 0 ? Hal
            : null;
    }

    private static double Weight(ReadOnlySpan<char> parameters)
    {
        foreach (var part in parameters.Split(';'))
        {
            var parameter = parameters[part].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
            {
                const NumberStyles Digits = NumberStyles.AllowDecimalPoint;
                return double.TryParse(parameter[2..], Digits, CultureInfo.InvariantCulture, out var q) ? Math.Clamp(q, 0, 1) : 1;
            }
        }
        return 1;
    }

    /// <summary>The weight of the most specific range that covers a type.</summary>
    private struct Best
    {
        private int _specific;

        public double Weight { get; private set; }

        /// <summary>Whether the type itself is listed, and not only a wildcard.</summary>
        public readonly bool IsNamed => _specific == 3;

        public void Consider(ReadOnlySpan<char> range, ReadOnlySpan<char> type, double weight)
        {
            var specific =
                range.Equals(type, StringComparison.OrdinalIgnoreCase) ? 3
                : range.Equals("application/*", StringComparison.OrdinalIgnoreCase) ? 2
                : range is "*/*" ? 1
                : 0;
            if (specific > _specific || (specific > 0 && specific == _specific && weight > Weight))
                (_specific, Weight) = (specific, weight);
        }
    }
}
