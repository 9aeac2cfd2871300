using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mannam.Tests.Chassis.Http;
using Xunit;

namespace Mannam.Tests;

/// <summary>Sends calls that are written as in the documents: <c>POST /catches</c>.</summary>
internal static class Calls
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>Sends a call.</summary>
    /// <param name="http">The client.</param>
    /// <param name="call">Method and path, such as <c>GET /catches/1</c>.</param>
    /// <param name="body">A string is sent as it is, an object as JSON, null for no body.</param>
    /// <param name="headers">Such as If-Match.</param>
    public static async Task<Answer> AskAsync(
        this HttpClient http,
        string call,
        object? body = null,
        params (string Name, string Value)[] headers
    )
    {
        var space = call.IndexOf(' ', StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(call[..space]), call[(space + 1)..]);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body as string ?? JsonSerializer.Serialize(body, Web)));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    /// <summary>Sends what an HTTPie line of the documents sends: <c>http POST host/catches price=250000</c>. HTTPie sends the fields as JSON strings.</summary>
    public static Task<Answer> HttpieAsync(this HttpClient http, string commandLine)
    {
        var words = commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        var fields = words
            .Where(w => w.Contains('=', StringComparison.Ordinal))
            .Select(w => w.Split('=', 2))
            .ToDictionary(w => w[0], w => w[1]);
        var method =
            words[0].All(char.IsAsciiLetterUpper) ? words[0]
            : fields.Count > 0 ? "POST"
            : "GET";
        var address = words.First(w => w.Contains('/', StringComparison.Ordinal) && !w.Contains('=', StringComparison.Ordinal));
        // A client without a base address uses the line's host and port.
        if (http.BaseAddress is null)
            return http.AskAsync(
                $"{method} {(address[0] == ':' ? $"http://localhost{address}" : address)}",
                fields.Count > 0 ? fields : null
            );
        var path = address[address.IndexOf('/', address.IndexOf("//", StringComparison.Ordinal) + 2)..];
        // An absolute address: a path that begins with two slashes would name another host.
        return http.AskAsync($"{method} {http.BaseAddress!.ToString().TrimEnd('/')}{path}", fields.Count > 0 ? fields : null);
    }

    /// <summary>The answer must have this status.</summary>
    public static async Task<Answer> Gives(this Task<Answer> answer, int status)
    {
        var given = await answer;
        Assert.True(given.Status == status, $"{status} was expected, {given.Status} came: {given.Body}");
        return given;
    }

    /// <summary>The answer must be a problem document of this status that names exactly these fields.</summary>
    public static async Task<Answer> Refuses(this Task<Answer> answer, int status, params string[] fields)
    {
        var given = await answer.Gives(status);
        Assert.Equal("application/problem+json", given.ContentType);
        Assert.Equal(status, (int)given.Json["status"]!);
        Assert.NotEmpty((string)given.Json["title"]!);
        Assert.Equal(fields.Order(), (given.Json["errors"]?.AsObject() ?? []).Select(e => e.Key).Order());
        return given;
    }

    /// <summary>The id at the end of the Location.</summary>
    public static long Recorded(this Answer answer) =>
        long.Parse(new Uri(answer.Header("Location")!).Segments[^1], CultureInfo.InvariantCulture);

    /// <summary>An item in HAL: its fields, and the two links to its address.</summary>
    public static string Hal(string fields, string name, string place)
    {
        var href = $$"""{"href":"{{place}}"}""";
        return fields[..^1] + $",\"_links\":{{\"self\":{href},\"{name}\":{href}}}}}";
    }

    /// <summary>The rows of a collection.</summary>
    public static IReadOnlyList<JsonNode> Rows(this Answer answer, string name) =>
        [.. answer.Json["_embedded"]![name]!.AsArray().Select(r => r!)];
}
