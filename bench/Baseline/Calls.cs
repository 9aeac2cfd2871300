using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mannam.Bench.Baseline;

/// <summary>Calls between the services: HTTP/1.1 with keep-alive, and no unnecessary headers.</summary>
internal static class Calls
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    internal static HttpClient Client() =>
        new(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                ActivityHeadersPropagator = null,
            }
        );

    /// <summary>Posts the message, and reads the answer of the same type.</summary>
    /// <exception cref="HttpRequestException">The answer is not a success.</exception>
    internal static async Task<T?> PostAsync<T>(HttpClient http, Uri url, T message, JsonTypeInfo<T> type)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(message, type));
        content.Headers.ContentType = Json;
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync();
        return await JsonSerializer.DeserializeAsync(body, type);
    }
}
