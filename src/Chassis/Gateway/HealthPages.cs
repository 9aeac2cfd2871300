using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mannam.Gateway;

/// <summary>The health pages in the specification's form, from the host's health checks.</summary>
internal sealed class HealthPages(HealthCheckService checks, EdgeOptions options, Func<bool> draining)
{
    private const string Up = "UP";
    private const string Down = "DOWN";

    public async Task LiveAsync(HttpContext context)
    {
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(ServiceHealthCheck.Live), context.RequestAborted);
        await WriteAsync(context, new HealthDocument(report.Status == HealthStatus.Healthy ? Up : Down));
    }

    public async Task ReadyAsync(HttpContext context) => await WriteAsync(context, await ReadyAsync(context.RequestAborted));

    public async Task StatusAsync(HttpContext context) =>
        await WriteAsync(context, new HealthDocument((await ReadyAsync(context.RequestAborted)).Status));

    private static Task WriteAsync(HttpContext context, HealthDocument document) =>
        EdgePages.WriteJsonAsync(context, document.Status == Up ? 200 : 503, document, EdgeJson.Default.HealthDocument);

    private async Task<HealthDocument> ReadyAsync(CancellationToken ct)
    {
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(ServiceHealthCheck.Ready), ct);
        var pages = report.Entries.ToDictionary(e => e.Key, e => PartOf(e.Value));
        var parts = options.Parts.ToDictionary(p => p.Key, p => p.Value());
        foreach (var (name, part) in parts)
            pages[name] = new HealthPart(part.Ready ? Up : Down, part.Details);
        var whole = !draining() && report.Status == HealthStatus.Healthy && parts.Values.All(p => p.Ready);
        return new HealthDocument(whole ? Up : Down, draining() ? "draining" : null, pages);
    }

    private static HealthPart PartOf(HealthReportEntry entry) =>
        new(
            entry.Description == ServiceHealthCheck.Stopped ? "STOPPED"
                : entry.Status == HealthStatus.Healthy ? Up
                : Down,
            entry.Data.ToDictionary(d => d.Key, d => d.Value.ToString()!)
        );
}

/// <summary>A health page.</summary>
internal sealed record HealthDocument(string Status, string? Reason = null, IReadOnlyDictionary<string, HealthPart>? Services = null);

/// <summary>A service on a health page.</summary>
internal sealed record HealthPart(string Status, IReadOnlyDictionary<string, string> Details);
