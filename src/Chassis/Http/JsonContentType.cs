using Microsoft.Net.Http.Headers;

namespace Mannam.Http;

/// <summary>The Content-Types for JSON: <c>application/json</c> and <c>application/…+json</c>, in UTF-8, the only encoding of JSON (RFC 8259, 8.1).</summary>
internal static class JsonContentType
{
    private const string Json = "application/json";
    private const string MergePatch = "application/merge-patch+json";

    /// <summary>True if a body of this type can be read.</summary>
    /// <param name="contentType">The header. Several types, joined by commas, are not valid.</param>
    /// <param name="isPatch">Whether it is a PATCH. It must be a merge patch (RFC 7396): another kind, such as a JSON Patch, would be misunderstood.</param>
    public static bool Is(string? contentType, bool isPatch)
    {
        if (contentType is null or Json)
            return contentType is not null;
        return MediaTypeHeaderValue.TryParse(contentType, out var type) && IsType(type, isPatch) && IsUtf8(type);
    }

    private static bool IsType(MediaTypeHeaderValue type, bool isPatch) =>
        type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
        || (
            isPatch
                ? type.MediaType.Equals(MergePatch, StringComparison.OrdinalIgnoreCase)
                : type.Type.Equals("application", StringComparison.OrdinalIgnoreCase)
                    && type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)
        );

    // ASCII is UTF-8 too.
    private static bool IsUtf8(MediaTypeHeaderValue type)
    {
        var charset = HeaderUtilities.RemoveQuotes(type.Charset);
        return !charset.HasValue
            || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase);
    }
}
