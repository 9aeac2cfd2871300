using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mannam.Gateway;

/// <summary>The OpenAPI documents of the systems and of the whole, merged from those of the running services.</summary>
internal sealed class OpenApiPages(MannamServices services, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>A system's document, with its prefix as the server.</summary>
    public async Task WriteAsync(HttpContext context, SystemEntry system)
    {
        var merge = new OpenApiMerge(system.Title, $"{PrefixOf(context)}/{system.Name}");
        await AddAsync(merge, system, prefix: "", qualified: false, context.RequestAborted);
        await WriteAsync(context, merge);
    }

    /// <summary>The whole document: without prefix for a single system; for several, with their prefixes.</summary>
    public async Task WriteAllAsync(HttpContext context)
    {
        var alone = services.Systems.Count == 1;
        var merge = new OpenApiMerge(
            alone ? services.Systems[0].Title : "Mannam",
            PrefixOf(context) is { Length: > 0 } prefix ? prefix : "/"
        );
        foreach (var system in services.Systems)
            await AddAsync(merge, system, alone ? "" : "/" + system.Name, qualified: !alone, context.RequestAborted);
        await WriteAsync(context, merge);
    }

    private static string PrefixOf(HttpContext context) => context.Request.PathBase.Value!.TrimEnd('/');

    private async Task AddAsync(OpenApiMerge merge, SystemEntry system, string prefix, bool qualified, CancellationToken cancellationToken)
    {
        foreach (var service in system.Services)
        {
            using var client = new HttpClient(service.Upstream.Handler()) { Timeout = Patience };
            try
            {
                var text = await client.GetStringAsync(new Uri("http://localhost/openapi/v1.json"), cancellationToken);
                if (JsonNode.Parse(text) is JsonObject document)
                    merge.Add(document, qualified ? $"{system.Name}_{service.Name}" : service.Name, prefix);
            }
            catch (HttpRequestException gone) when (gone.HttpRequestError == HttpRequestError.ConnectionError)
            {
                // A stopped service serves nothing, so it is not described.
            }
            catch (Exception exception) when (exception is HttpRequestException or JsonException or TaskCanceledException)
            {
                logger.LogWarning(exception, "{System}.{Service} gave no OpenAPI document", system.Name, service.Name);
            }
        }
    }

    private static Task WriteAsync(HttpContext context, OpenApiMerge merge)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(merge.Document(), Indented);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
