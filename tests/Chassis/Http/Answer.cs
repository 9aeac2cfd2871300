using System.Globalization;
using System.Text.Json.Nodes;

namespace Mannam.Tests.Chassis.Http;

/// <summary>An answer of a service.</summary>
internal sealed record Answer(int Status, string? ContentType, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The value at a path of keys separated by slashes, as text; null for <c>null</c> and for a missing key.</summary>
    public string? At(string path)
    {
        JsonNode? at = Json;
        foreach (var key in path.Split('/'))
        {
            at = at is JsonArray array ? array[int.Parse(key, CultureInfo.InvariantCulture)] : at?[key];
        }
        return at?.ToString();
    }

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        var headers = response
            .Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        var body = await response.Content.ReadAsStringAsync();
        return new((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), body, headers);
    }
}
