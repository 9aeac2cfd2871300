using System.Text.Json.Nodes;

namespace Mannam.Testing;

/// <summary>All that is known of one saga once its run has settled.</summary>
/// <param name="Number">Its number in the run, from 1.</param>
/// <param name="Key">Its correlation key.</param>
/// <param name="Resources">What the services show, by <see cref="SimulatedBusiness.Resources"/>; null where there is nothing.</param>
/// <param name="Events">Its events in the order of the log. One that was published twice is there once.</param>
/// <param name="OutsideRecords">What services outside recorded of it, such as <c>charge 1000</c>.</param>
/// <param name="Answers">What users were answered about it.</param>
/// <param name="Actions">What users did about it, answered or not.</param>
public sealed record Saga(
    int Number,
    long Key,
    IReadOnlyDictionary<string, JsonNode?> Resources,
    IReadOnlyList<PublishedEvent> Events,
    IReadOnlyList<string> OutsideRecords,
    IReadOnlyList<UserAnswer> Answers,
    IReadOnlyList<UserAction> Actions
)
{
    /// <summary>A field of a resource; null where there is nothing.</summary>
    public string? At(string resource, string field) => Resources[resource]?[field]?.ToString();

    /// <summary>The fields in which other resources that have them differ from one resource.</summary>
    public IEnumerable<Violation> Differences(string first, params string[] fields) =>
        from resource in Resources.Where(p => p.Value is JsonObject).Select(p => p.Key)
        from field in fields
        where At(resource, field) is { } other && other != At(first, field)
        select new Violation("all services agree", $"{resource} has {field} {At(resource, field)}, {first} {At(first, field)}");

    /// <summary>How many events of a name there are.</summary>
    public int Count(string name) => Events.Count(e => e.Name == name);
}

/// <summary>An event as the log holds it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">Its CloudEvents source, such as <c>/taxi/catch</c>.</param>
/// <param name="Fields">Its data.</param>
public sealed record PublishedEvent(string Name, string Source, JsonNode Fields);
