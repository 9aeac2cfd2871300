using System.Text.Json.Nodes;

namespace Mannam.Gateway;

/// <summary>
/// Merges several OpenAPI documents: all paths, and their components. If components of the same name differ, all but the first are renamed to
/// <c>{service}_{name}</c>.
/// </summary>
internal sealed class OpenApiMerge(string title, string server)
{
    private const string Reference = "#/components/";

    private readonly JsonObject _paths = [];
    private readonly JsonObject _components = [];
    private readonly JsonArray _tags = [];
    private string _version = "3.1.1";

    public JsonObject Document() =>
        new()
        {
            ["openapi"] = _version,
            ["info"] = new JsonObject { ["title"] = title, ["version"] = "v1" },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = server }),
            ["paths"] = _paths,
            ["components"] = _components,
            ["tags"] = _tags,
        };

    /// <param name="document">The service's document. It is modified.</param>
    /// <param name="service">The prefix for renamed components: letters, digits, <c>. - _</c>.</param>
    /// <param name="prefix">The prefix of its paths.</param>
    public void Add(JsonObject document, string service, string prefix)
    {
        _version = (string?)document["openapi"] ?? _version;
        Redirect(document, Conflicts(document, service));
        if (document["components"] is JsonObject sections)
        {
            foreach (var (section, content) in sections)
                Put(Section(section), content as JsonObject, name => name);
        }
        foreach (var (path, operations) in document["paths"] as JsonObject ?? [])
        {
            if (Open(operations) is { Count: > 0 } open)
                _paths.TryAdd(prefix + path, open);
        }
        foreach (var tag in document["tags"] as JsonArray ?? [])
        {
            if (!_tags.Any(known => JsonNode.DeepEquals(known?["name"], tag?["name"])))
                _tags.Add(tag?.DeepClone());
        }
    }

    // Internal calls are not served here.
    private static JsonObject Open(JsonNode? operations)
    {
        var open = operations?.DeepClone() as JsonObject ?? [];
        foreach (var name in open.Where(o => o.Value?[InternalCalls.Extension] is not null).Select(o => o.Key).ToArray())
            open.Remove(name);
        return open;
    }

    private static void Put(JsonObject target, JsonObject? source, Func<string, string> named)
    {
        foreach (var (name, value) in source ?? [])
            target[named(name)] = value?.DeepClone();
    }

    private JsonObject Section(string name)
    {
        if (_components[name] is not JsonObject section)
            _components[name] = section = [];
        return section;
    }

    /// <summary>Renames components of the document whose names are taken, and returns the new names for references.</summary>
    private Dictionary<string, string> Conflicts(JsonObject document, string service)
    {
        var moved = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (section, content) in document["components"] as JsonObject ?? [])
        {
            if (content is not JsonObject named || _components[section] is not JsonObject known)
                continue;
            foreach (var name in named.Select(n => n.Key).ToArray())
            {
                if (known.TryGetPropertyValue(name, out var other) && !JsonNode.DeepEquals(other, named[name]))
                {
                    var value = named[name];
                    named.Remove(name);
                    named[$"{service}_{name}"] = value;
                    moved[$"{Reference}{section}/{name}"] = $"{Reference}{section}/{service}_{name}";
                }
            }
        }
        return moved;
    }

    private static void Redirect(JsonNode? node, Dictionary<string, string> moved)
    {
        if (moved.Count == 0)
            return;
        if (node is JsonArray array)
        {
            foreach (var item in array)
                Redirect(item, moved);
        }
        if (node is not JsonObject value)
            return;
        foreach (var (name, child) in value.ToArray())
        {
            if (
                name == "$ref"
                && child is JsonValue text
                && text.TryGetValue<string>(out var target)
                && moved.TryGetValue(target, out var now)
            )
            {
                value[name] = now;
            }
            else
            {
                Redirect(child, moved);
            }
        }
    }
}
