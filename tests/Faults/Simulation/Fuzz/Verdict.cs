using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mannam.Simulation.Fuzz;

/// <summary>What is wrong with an answer.</summary>
internal static class Verdict
{
    // What our inside looks like; none of it belongs into an answer.
    private static readonly string[] Inside = ["   at ", "Exception", "Npgsql", "Mannam.", "System.", "Microsoft.", "SELECT "];

    /// <summary>A sentence, or null when all is right.</summary>
    public static string? Of(Attempt attempt, Heard heard)
    {
        if (heard.Status == 0)
            return attempt.Expected.MayClose ? null : "the connection was closed without an answer";
        // 505 is the right answer to what is no HTTP.
        if (heard.Status >= 500 && heard.Status != 503 && !(heard.Status == 505 && attempt.Expected.MayClose))
            return "no 5xx but 503";
        if (attempt.Expected.Statuses.Length > 0 && heard.Status != 503 && !attempt.Expected.Statuses.Contains(heard.Status))
            return $"expected {string.Join(" or ", attempt.Expected.Statuses)}";
        if (attempt.EndsConnection && heard.More.Length > 0)
            return "a request was smuggled";
        if (heard.Headers.Keys.Any(h => h.Contains("forged", StringComparison.OrdinalIgnoreCase)))
            return "a header was forged";
        return heard.Status >= 400 ? OfRefusal(attempt, heard) : OfSuccess(attempt, heard);
    }

    private static string? OfRefusal(Attempt attempt, Heard heard)
    {
        if (heard.Status == 503 && heard.Header("Retry-After") is null)
            return "503 without Retry-After";
        if (heard.Status == 405 && heard.Header("Allow") is null)
            return "405 without Allow";
        if (heard.Header("Content-Type") != "application/problem+json")
            return "not a problem document";
        // Of a request line that cannot be read not even the method is known.
        if (attempt.IsHead)
            return heard.Body.Length > 0 && !attempt.Expected.MayClose ? "HEAD with a body" : null;
        if (Parsed(heard.Body) is not JsonObject problem)
            return "not a problem document";
        if ((int?)problem["status"] != heard.Status || string.IsNullOrEmpty((string?)problem["title"]))
            return "a problem document without title and status";
        if (Array.Find(Inside, i => heard.Body.Contains(i, StringComparison.Ordinal)) is { } inside)
            return $"it shows our inside ({inside.Trim()})";
        if (heard.Status != 400)
            return null;
        var named = (problem["errors"]?.AsObject() ?? []).Select(e => e.Key).Order().ToList();
        if (attempt.Expected.Field is { } field)
            return named.SequenceEqual(field.Split(',').Order()) ? null : $"it must name {field}, and names {string.Join(", ", named)}";
        return named.Count > 0 || !string.IsNullOrEmpty((string?)problem["detail"]) ? null : "400 that does not say what is wrong";
    }

    private static string? OfSuccess(Attempt attempt, Heard heard)
    {
        if (attempt.IsHead || heard.Status is 204 or 304)
            return heard.Body.Length > 0 ? "a body where none belongs" : null;
        if (heard.Header("Content-Type") is not ("application/hal+json" or "application/json"))
            return $"Content-Type {heard.Header("Content-Type")}";
        return Parsed(heard.Body) is JsonObject { } shown && shown["_links"] is not null ? null : "not HAL";
    }

    private static JsonNode? Parsed(string body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
