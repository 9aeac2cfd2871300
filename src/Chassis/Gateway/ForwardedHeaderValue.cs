using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mannam.Gateway;

/// <summary>Validates entries of forwarded headers.</summary>
internal static class ForwardedHeaderValue
{
    private const string LettersAndDigits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const int LongestName = 253;

    private static readonly SearchValues<char> InNames = SearchValues.Create("-._" + LettersAndDigits);
    private static readonly SearchValues<char> InPrefixes = SearchValues.Create("/-._~" + LettersAndDigits);

    public static bool IsScheme(string text) =>
        text.Equals("http", StringComparison.OrdinalIgnoreCase) || text.Equals("https", StringComparison.OrdinalIgnoreCase);

    /// <summary>A name, an IPv4 address or an IPv6 address in brackets, with or without a port from 1 to 65535.</summary>
    public static bool IsHost(string text)
    {
        var name = text.AsSpan();
        var colon = name.LastIndexOf(':');
        if (colon > name.LastIndexOf(']'))
        {
            if (!IsPort(name[(colon + 1)..]))
                return false;
            name = name[..colon];
        }
        return name is ['[', .. var inner, ']']
            ? !inner.Contains('%') && IPAddress.TryParse(inner, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
            : name.Length is > 0 and <= LongestName && name[0] != '.' && !name.ContainsAnyExcept(InNames);
    }

    public static bool IsPort(ReadOnlySpan<char> text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0;

    /// <summary>A plain path: one slash at the beginning and between segments, without segments <c>.</c> or <c>..</c>.</summary>
    public static bool IsPrefix(string text) =>
        text.StartsWith('/')
        && !text.AsSpan().ContainsAnyExcept(InPrefixes)
        && !text.Contains("//", StringComparison.Ordinal)
        && !text.Split('/').Any(segment => segment is "." or "..");

    /// <summary>An address, with or without a port; IPv6 with a port in brackets. An IPv4 address has four numbers.</summary>
    public static bool TryAddress(string text, out IPEndPoint endPoint) =>
        IPEndPoint.TryParse(text, out endPoint!)
        && (endPoint.AddressFamily == AddressFamily.InterNetworkV6 || text.Split(':')[0] == endPoint.Address.ToString());
}
