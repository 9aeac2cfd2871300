using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>Answers with a plain array, for documents that require one.</summary>
public sealed class ListResult<TView>(IReadOnlyList<TView> rows, JsonTypeInfo<TView> json) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        httpContext.Response.Headers.Vary = "Accept";
        httpContext.Response.ContentType = MediaTypes.Of(httpContext.Request) ?? MediaTypes.Hal;
        var buffer = JsonBuffer.Rent();
        buffer.Json.Reset();
        buffer.Json.WriteStartArray();
        foreach (var row in rows)
            JsonSerializer.Serialize(buffer.Json, row, json);
        buffer.Json.WriteEndArray();
        buffer.Json.Flush();
        return buffer.SendAsync(httpContext.Response);
    }
}
