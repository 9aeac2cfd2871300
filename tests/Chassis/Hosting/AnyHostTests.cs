using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Grpc.Net.Client;
using Mannam.Hosting;
using Mannam.Law;
using Mannam.Local;
using Mannam.Payments.Provider;
using Mannam.Testing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Mannam.Tests.Chassis.Hosting;

/// <summary>Law in a web application that also has its own middleware, files and endpoints.</summary>
public sealed class AnyHostTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly string _pages = Directory.CreateTempSubdirectory("mannam-pages-").FullName;
    private readonly Dictionary<string, string> _databases = [];
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_pages, "hello.txt"), "hello", Token);
        foreach (var service in LawSystem.Declaration.Services.Append(ProviderService.Declaration))
            _databases[service.FullName] = await postgres.CreateDatabaseAsync();

        var builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddGrpc();
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication("name").AddScheme<AuthenticationSchemeOptions, NameInHeader>("name", null);
        builder.Services.AddLocalTransport("law", await postgres.CreateDatabaseAsync(), partitions: 2);
        builder.AddMannam(LawSystem.Declaration, mannam => mannam.ConnectionString = service => _databases[service.FullName]);
        builder.AddMannam(
            ProviderService.Declaration,
            mannam =>
            {
                mannam.ConnectionString = service => _databases[service.FullName];
                mannam.ForOperators = true;
            }
        );
        _app = builder.Build();
        _app.Use(
            (http, next) =>
            {
                http.Response.Headers["X-Own"] = "middleware";
                return next(http);
            }
        );
        _app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(_pages), RequestPath = "/pages" });
        _app.UseAuthentication();
        _app.UseAuthorization();
        _app.MapGrpcService<Greeter>();
        _app.MapHealthChecks("/health");
        _app.MapGet("/own", () => "own");
        _app.MapMannam().RequireAuthorization();
        await _app.StartAsync(Token);
        _http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
        _http.DefaultRequestHeaders.Add("X-Name", "kim");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Directory.Delete(_pages, recursive: true);
    }

    [Fact]
    public async Task A_paid_request_runs_through_all_services_of_the_system()
    {
        var id = await _http.MakeAsync();
        await _http.PayAsync(id).Gives(200);
        var services = _app.Services.GetRequiredService<MannamServices>();
        await services.SettledAsync(id);
        Assert.Equal(
            "RECEIVED",
            (string?)
                (await _http.AskAsync($"GET /schedule?consultId={id}").Gives(200)).Json["_embedded"]!["schedule"]![0]!["scheduleStatus"]
        );
        await _http.AskAsync($"GET /law/consult/{id}").Gives(200);
    }

    [Fact]
    public async Task The_hosts_middleware_and_authorization_come_first()
    {
        using var nobody = new HttpClient { BaseAddress = _http.BaseAddress };
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("consult", Token)).StatusCode);
        var answer = await _http.GetAsync("consult", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("middleware", answer.Headers.GetValues("X-Own").Single());
    }

    [Fact]
    public async Task The_hosts_own_files_and_endpoints_are_served_beside_Mannam()
    {
        Assert.Equal("hello", await _http.GetStringAsync("pages/hello.txt", Token));
        Assert.Equal("own", await _http.GetStringAsync("own", Token));
        Assert.Equal("Healthy", await _http.GetStringAsync("health", Token));
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("nothing", Token)).StatusCode);
    }

    [Fact]
    public async Task A_second_endpoint_serves_gRPC_and_the_services_over_HTTP_2()
    {
        using var channel = GrpcChannel.ForAddress(_app.Urls.Last());
        var call = channel.CreateCallInvoker().AsyncUnaryCall(GreeterBase.Method, null, default, "kim");
        Assert.Equal("hello kim", await call);
        Assert.Equal("yes", call.GetTrailers().GetValue("seen"));

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{_app.Urls.Last()}/consult"));
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        request.Headers.Add("X-Name", "kim");
        var answer = await _http.SendAsync(request, Token);
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (answer.StatusCode, answer.Version));
    }

    [Fact]
    public async Task Internal_calls_and_operators_services_are_refused_from_outside()
    {
        await _http
            .AskAsync(
                "POST /payment/approve",
                new
                {
                    consultId = 1,
                    payType = "ZEROPAY",
                    payAmount = 1,
                    mobile = "0",
                }
            )
            .Refuses(404);
        using var request = new HttpRequestMessage(HttpMethod.Get, "provider/behaviour");
        request.Headers.Add("X-Name", "kim");
        request.Headers.Add("X-Forwarded-For", "10.0.0.1");
        Assert.Equal(HttpStatusCode.NotFound, (await _http.SendAsync(request, Token)).StatusCode);
    }

    [Fact]
    public async Task A_stopped_service_answers_503_and_can_be_started_again()
    {
        var schedule = _app.Services.GetRequiredService<MannamServices>()["law.schedule"];
        await schedule.StopAsync(TimeSpan.FromSeconds(5));
        await _http.AskAsync("GET /schedule").Refuses(503);
        await _http.AskAsync("GET /consult").Gives(200);
        await schedule.StartAsync(Token);
        await _http.AskAsync("GET /schedule").Gives(200);
    }

    private sealed class NameInHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logging, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logging, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
            Task.FromResult(
                Request.Headers["X-Name"] is [{ } name]
                    ? AuthenticateResult.Success(new(new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.Name, name)], "name")), "name"))
                    : AuthenticateResult.NoResult()
            );
    }
}
