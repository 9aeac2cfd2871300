using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mannam.Gateway;

/// <summary>Finds faults of a request's head that the web server accepts.</summary>
internal static class RequestValidation
{
    /// <summary>The fault, as a sentence; null if there is none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="decodedPath">Its path, decoded by the web server.</param>
    public static string? FindFault(HttpRequest request, string decodedPath)
    {
        if (request.Headers.TransferEncoding is { Count: > 0 } codings && !IsFramed(request, codings.ToString()))
            return "A body is sent with Content-Length or with the one Transfer-Encoding chunked, by HTTP/1.1.";
        // The web server keeps the percent signs of escapes that it cannot decode.
        if (decodedPath.Contains('%', StringComparison.Ordinal) && !IsUtf8(request))
            return "The path is not valid UTF-8.";
        var host = request.Host.Value.AsSpan();
        var colon = host.LastIndexOf(':');
        return colon > host.LastIndexOf(']') && !ForwardedHeaderValue.IsPort(host[(colon + 1)..])
            ? "The port in Host is not one from 1 to 65535."
            : null;
    }

    // With other or several codings, two readers may see different ends of the body (request smuggling). The web server uses the last coding and ignores
    // the others.
    private static bool IsFramed(HttpRequest request, string codings) =>
        codings.Equals("chunked", StringComparison.OrdinalIgnoreCase) && request.Protocol == HttpProtocol.Http11;

    private static bool IsUtf8(HttpRequest request)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var end = target.IndexOf('?', StringComparison.Ordinal);
        var path = end < 0 ? target : target[..end];
        // An escape is longer than its byte, so the array is large enough.
        var bytes = new byte[path.Length];
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            var isEscape = path[i] == '%' && i + 2 < path.Length && char.IsAsciiHexDigit(path[i + 1]) && char.IsAsciiHexDigit(path[i + 2]);
            bytes[length++] = isEscape ? Convert.ToByte(path.Substring(i + 1, 2), 16) : (byte)path[i];
            i += isEscape ? 2 : 0;
        }
        return Utf8.IsValid(bytes.AsSpan(0, length));
    }
}
