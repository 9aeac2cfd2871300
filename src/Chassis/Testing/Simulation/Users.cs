using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Mannam.Testing;

/// <summary>Those who use the system in a run: what they do, and what they are told.</summary>
internal sealed partial class Users(World world, long first, Random random)
{
    // More than any run asks for.
    private const int MostSagas = 100;
    private readonly List<UserAction> _acts = [];

    public List<UserAnswer> Answers { get; } = [];

    public IReadOnlyList<UserAction> Actions => _acts;

    /// <summary>What did not hold at the moment at which somebody was told.</summary>
    public List<Violation> Violations { get; } = [];

    /// <summary>Somebody does something, and waits for the answer.</summary>
    public Task ActAsync()
    {
        var act = world.Business.Next(random, new UserHistory(first, _acts));
        _acts.Add(act);
        var label = $"[{_acts.Count}] {act.Text}";
        world.Disturbance.Tell(label);
        if (act.ChangedSettings is { } settings)
        {
            world.Set(settings);
            return Task.CompletedTask;
        }
        return world.Scheduler.DoAsync(label, () => ActAsync(act, label));
    }

    private async Task ActAsync(UserAction act, string label)
    {
        var told = new UserAnswer(act, 0, null, 0);
        try
        {
            if (await FindAsync(act, world.ShownAsync) is not { } found)
                return;
            using var http = new HttpMessageInvoker(new NetworkLink(world, null, world.Serving(found.Call.Split(' ')[1]).Name));
            using var request = RequestOf(found);
            using var answer = await http.SendAsync(request, CancellationToken.None);
            var text = await answer.Content.ReadAsStringAsync();
            var body = text.Length > 0 ? JsonNode.Parse(text) : null;
            told = new UserAnswer(act, (int)answer.StatusCode, body, NumberOf(body, answer.Headers.Location));
            world.Disturbance.Branches.Add($"{act.Kind} {told.Status}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // No answer.
        }
        Answers.Add(told);
        if (await world.Business.CheckAtOnceAsync(told, first + act.Saga, world.StoreOf) is { } violation)
            Violations.Add(violation);
        world.Disturbance.Tell($"{label}: {(told.Status == 0 ? "no answer" : told.Status)} {(told.Saga > 0 ? $"#{told.Saga}" : "")}");
    }

    /// <summary>The act with what it is about found; null where there is nothing.</summary>
    public static async Task<UserAction?> FindAsync(UserAction act, Func<string, Task<JsonNode?>> shown)
    {
        if (act.Lookup is not { } lookup)
            return act;
        return await shown(lookup) is { } found ? act with { Call = Field().Replace(act.Call, f => $"{found[f.Groups[1].Value]}") } : null;
    }

    /// <summary>What is sent.</summary>
    public static HttpRequestMessage RequestOf(UserAction act)
    {
        var call = act.Call.Split(' ');
        var request = new HttpRequestMessage(new HttpMethod(call[0]), new Uri("http://localhost" + call[1]));
        if (act.Body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(act.Body)));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        if (act.Key is not null)
            request.Headers.Add("Idempotency-Key", act.Key);
        return request;
    }

    private int NumberOf(JsonNode? body, Uri? location)
    {
        var key = location?.OriginalString.Split('/')[^1] ?? (body?["id"] ?? body?[world.Business.System.CorrelationKey])?.ToString();
        return long.TryParse(key, CultureInfo.InvariantCulture, out var k) ? (int)(k - first) : 0;
    }

    /// <summary>A line of the story with the sagas' numbers in the run in place of their keys.</summary>
    public string InNumbers(string line) =>
        Number()
            .Replace(
                line,
                n =>
                    long.TryParse(n.Value, CultureInfo.InvariantCulture, out var key) && key > first && key <= first + MostSagas
                        ? $"#{key - first}"
                        : n.Value
            );

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Field();

    [GeneratedRegex(@"(?<![\d.#])\d+(?![\d.])")]
    private static partial Regex Number();
}
