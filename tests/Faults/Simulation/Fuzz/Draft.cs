using System.Globalization;
using System.Text;

namespace Mannam.Simulation.Fuzz;

/// <summary>A call before it is bytes: a right one, in which then something is spoilt.</summary>
internal sealed class Draft(Operation operation, string path)
{
    public Operation Operation => operation;

    public string Method { get; set; } = operation.Method;

    /// <summary>As it is sent, percent signs and all.</summary>
    public string Path { get; set; } = path;

    public List<string> Query { get; } = [];

    public string Version { get; set; } = "HTTP/1.1";

    /// <summary>Whole lines, without their ends.</summary>
    public List<string> Headers { get; } = ["Host: localhost", "Accept: */*", "Connection: close"];

    /// <summary>The members of the body's object, each its name and value as JSON.</summary>
    public List<(string Name, string Json)> Fields { get; } = [];

    /// <summary>The body instead of the fields; null: the fields, if the operation takes a body.</summary>
    public byte[]? Body { get; set; }

    public string? ContentType { get; set; } = "application/json";

    public bool Chunked { get; set; }

    /// <summary>The headers that tell where the body ends, instead of right ones; the body goes as it stands.</summary>
    public string? Framing { get; set; }

    /// <summary>The body comes in pieces, with a pause after each.</summary>
    public TimeSpan Pause { get; set; }

    /// <summary>The last piece of the body never comes.</summary>
    public bool NeverEnds { get; set; }

    /// <summary>Replaces a field, or adds it.</summary>
    public void Set(string name, string json)
    {
        Fields.RemoveAll(f => f.Name == name);
        Fields.Add((name, json));
    }

    /// <summary>Replaces the header of this name, or adds it.</summary>
    public void Header(string name, string value)
    {
        Headers.RemoveAll(h => h.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
        Headers.Add($"{name}: {value}");
    }

    /// <summary>The bytes, in the pieces in which they are sent.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Pieces()
    {
        var body = Body ?? (operation.TakesBody && Fields.Count > 0 ? Encoding.UTF8.GetBytes(Object()) : null);
        var head = new StringBuilder($"{Method} {Path}{(Query.Count > 0 ? "?" + string.Join('&', Query) : "")} {Version}\r\n");
        foreach (var header in Headers)
            head.Append(header).Append("\r\n");
        if (body is not null && ContentType is not null)
            head.Append("Content-Type: ").Append(ContentType).Append("\r\n");
        if (Framing is not null)
            head.Append(Framing).Append("\r\n");
        else if (Chunked)
            head.Append("Transfer-Encoding: chunked\r\n");
        else if (body is not null || Method is "POST" or "PUT" or "PATCH")
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body?.Length ?? 0}\r\n");
        // What is no ASCII is sent as it stands in UTF-8.
        var first = Encoding.UTF8.GetBytes(head.Append("\r\n").ToString());
        if (Chunked && Framing is null)
            body = [.. Encoding.ASCII.GetBytes($"{body?.Length ?? 0:x}\r\n"), .. body ?? [], .. "\r\n0\r\n\r\n"u8];
        if (Pause == default && !NeverEnds)
            return [(byte[])[.. first, .. body ?? []]];
        var half = (body?.Length ?? 0) / 2;
        return NeverEnds ? [first, body.AsMemory(0, half)] : [first, body.AsMemory(0, half), body.AsMemory(half)];
    }

    /// <summary>The body's object.</summary>
    public string Object() => $"{{{string.Join(",", Fields.Select(f => $"\"{f.Name}\":{f.Json}"))}}}";
}
