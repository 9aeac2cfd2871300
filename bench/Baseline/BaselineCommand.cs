using System.Net;
using Mannam.Host;

namespace Mannam.Bench.Baseline;

/// <summary>
/// <c>mannam-bench baseline --postgres CONNECTION --port PORT [--prefix NAME] [--views]</c>: the baseline. Three services, only with minimal APIs and
/// Npgsql, each with its own port and database, in one process. A request costs four statements, each its own transaction, and two HTTP hops. Runs
/// until SIGTERM.
/// </summary>
internal static class BaselineCommand
{
    internal static async Task<int> RunAsync(Arguments arguments)
    {
        var server = arguments.Required("--postgres");
        var port = arguments.Number("--port", 0);
        var prefix = arguments.Text("--prefix", "baseline");
        using var diagnostics = Diagnostics.StartIfAsked();
        using var http = Calls.Client();

        await using var charges = await Store.OpenAsync(server, prefix + "_provider", ProviderService.Tables);
        await using var provider = Service();
        ProviderService.Map(provider, charges);
        var providerUrl = await StartAsync(provider, 0);

        await using var payments = await Store.OpenAsync(server, prefix + "_payment", PaymentService.Tables + Store.Outbox);
        await using var payment = Service();
        PaymentService.Map(payment, payments, http, new Uri(providerUrl, "/charges"));
        var paymentUrl = await StartAsync(payment, 0);

        await using var catches = await Store.OpenAsync(server, prefix + "_catch", CatchService.Tables + Store.Outbox);
        await using var front = Service();
        CatchService.Map(front, catches, http, new Uri(paymentUrl, "/payments"));
        if (diagnostics is not null)
        {
            front.MapGet(Diagnostics.Path, (RequestDelegate)diagnostics.AnswerAsync);
        }
        if (arguments.Has("--views"))
        {
            ViewsOfPayments.Map(front, payments);
        }
        var frontUrl = await StartAsync(front, port);
        Console.WriteLine($"ready {frontUrl.GetLeftPart(UriPartial.Authority)}");
        await front.WaitForShutdownAsync();
        return 0;
    }

    private static WebApplication Service()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolver = MessagesJson.Default);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        return builder.Build();
    }

    private static async Task<Uri> StartAsync(WebApplication service, int port)
    {
        service.Urls.Add($"http://{IPAddress.Loopback}:{port}");
        await service.StartAsync();
        return new Uri(service.Urls.Single());
    }
}
