using System.Text.Json.Nodes;
using Mannam.Gateway;
using Mannam.Hosting;
using Mannam.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Chassis.Gateway;

/// <summary>A front door on a free port in front of tiny services.</summary>
internal sealed class House : IAsyncDisposable
{
    private House(EdgeApp door, params Service[] services)
    {
        Door = door;
        Services = services;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = door.Address };
    }

    public EdgeApp Door { get; }

    public HttpClient Client { get; }

    public Service[] Services { get; }

    public Service Catch => Services[0];

    public Service Pickup => Services[1];

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<House> OpenAsync(
        Func<EdgeOptions, EdgeOptions>? with = null,
        bool law = false,
        Func<ValueTask<ServiceHealth>>? health = null,
        Func<bool>? isLive = null,
        Action<WebApplication>? catches = null
    )
    {
        var @catch = await Service.StartAsync("catch", catches);
        var pickup = await Service.StartAsync("pickup");
        var provider = await Service.StartAsync("provider");
        var taxi = new SystemEntry(
            "taxi",
            "Taxi",
            [
                new("catch", ["catches"], () => @catch.Server, health) { IsLive = isLive },
                new("pickup", ["pickUps", "catchReqLists"], () => pickup.Server),
            ]
        );
        var consult = new SystemEntry("law", "Law", [new("consult", ["consults"], () => pickup.Server)]);
        var options = new EdgeOptions { Port = 0 };
        var door = new EdgeApp(builder =>
        {
            builder.AddMannamEdge(with?.Invoke(options) ?? options);
            builder.AddMannam(taxi);
            if (law)
                builder.AddMannam(consult);
            builder.AddMannamForOperators(new ServiceEntry("provider", [], () => provider.Server));
        });
        await door.StartAsync();
        return new House(door, @catch, pickup, provider);
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, new Uri(Door.Address.GetLeftPart(UriPartial.Authority) + path));
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }
        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, headers);

    public static async Task<JsonNode> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!;

    /// <summary>Asserts a problem document of this status.</summary>
    public static async Task<JsonNode> ProblemAsync(HttpResponseMessage response, int status)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await JsonAsync(response);
        Assert.Equal(status, (int)problem["status"]!);
        Assert.NotEmpty((string)problem["title"]!);
        Assert.NotEmpty((string)problem["detail"]!);
        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Door.DisposeAsync();
        foreach (var service in Services)
        {
            await service.DisposeAsync();
        }
    }
}

/// <summary>A service that answers with what it saw of the request; <c>POST …/echo</c> returns the body.</summary>
internal sealed class Service(InProcessServer server, WebApplication app) : IAsyncDisposable
{
    public InProcessServer Server => server;

    public WebApplication App => app;

    public static async Task<Service> StartAsync(string name, Action<WebApplication>? more = null)
    {
        var server = new InProcessServer();
        var builder = WebApplication.CreateEmptyBuilder(new());
        Microsoft.Extensions.DependencyInjection.RoutingServiceCollectionExtensions.AddRouting(builder.Services);
        builder.UseInProcess(server);
        var app = builder.Build();
        app.MapGet("/openapi/v1.json", () => Results.Text(OpenApi(name), "application/json"));
        more?.Invoke(app);
        app.MapPost("/{resource}/echo", async context => await context.Request.Body.CopyToAsync(context.Response.Body, House.Token));
        app.MapFallback(
            (HttpContext c) =>
                Results.Json(
                    new JsonObject
                    {
                        ["service"] = name,
                        ["method"] = c.Request.Method,
                        ["scheme"] = c.Request.Scheme,
                        ["host"] = c.Request.Host.Value,
                        ["base"] = c.Request.PathBase.Value,
                        ["path"] = c.Request.Path.Value,
                        ["query"] = c.Request.QueryString.Value,
                        ["outside"] = c.Features.Get<IExternalRequest>() is not null,
                        ["traceparent"] = c.Request.Headers.TraceParent.ToString(),
                    }
                )
        );
        await app.StartAsync(House.Token);
        return new Service(server, app);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private static string OpenApi(string name) =>
        """
            {
              "openapi": "3.1.1", "info": {"title": "NAME", "version": "v1"}, "tags": [{"name": "all"}],
              "paths": {"/NAME": {"get": {"responses": {"200": {"content": {"a/b": {"schema": {"$ref": "#/components/schemas/Item"}}}}}}}},
              "components": {"schemas": {
                "Item": {"type": "object", "description": "of NAME"}, "Problem": {"type": "object"},
                "OnlyNAME": {"$ref": "#/components/schemas/Item"}}}
            }
            """.Replace("NAME", name, StringComparison.Ordinal);
}
