using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Mannam.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Chassis.Gateway;

public sealed class HandlerTests
{
    private static readonly AsyncLocal<string?> Ambient = new();

    [Fact]
    public async Task An_in_process_call_passes_everything_of_the_request_and_of_the_answer()
    {
        await using var service = await Service.StartAsync(
            "payment",
            app =>
                app.MapPut(
                    "/charges/{name}",
                    async (string name, HttpRequest request, HttpResponse response) =>
                    {
                        var body = await request.ReadFromJsonAsync<JsonObject>(House.Token);
                        response.Headers.Location = $"http://{request.Host}/charges/{name}";
                        response.StatusCode = 201;
                        body!["seen"] =
                            $"{request.Method} {request.ContentType} {request.ContentLength} {request.Headers["Idempotency-Key"]}";
                        await response.WriteAsJsonAsync(body, House.Token);
                    }
                )
        );
        using var client = Client(service);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/charges/taxi%205");
        request.Headers.Add("Idempotency-Key", "k");
        request.Content = new StringContent("{\"amount\":1}", Encoding.UTF8, "application/json");
        var answer = await client.SendAsync(request, House.Token);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("http://payment/charges/taxi 5", answer.Headers.Location?.OriginalString);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var body = await House.JsonAsync(answer);
        Assert.Equal("PUT application/json; charset=utf-8 12 k", (string?)body["seen"]);
        Assert.Equal(1, (int)body["amount"]!);
    }

    [Fact]
    public async Task A_large_body_passes_in_both_directions()
    {
        await using var service = await Service.StartAsync("payment");
        using var client = Client(service);
        var bytes = new byte[3_000_000];
        Random.Shared.NextBytes(bytes);
        var answer = await client.PostAsync("/a/echo", new ByteArrayContent(bytes), House.Token);
        Assert.Equal(bytes, await answer.Content.ReadAsByteArrayAsync(House.Token));
    }

    [Fact]
    public async Task Only_the_trace_passes_to_the_callee_and_no_other_ambient_state()
    {
        string? ambient = "unset";
        Activity? current = null;
        await using var service = await Service.StartAsync(
            "payment",
            app =>
                app.MapGet(
                    "/ambient",
                    (HttpContext c) =>
                    {
                        (ambient, current) = (Ambient.Value, Activity.Current);
                        Ambient.Value = "callee";
                        return c.Request.Headers.TraceParent.ToString();
                    }
                )
        );
        using var client = Client(service);
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        Ambient.Value = "caller";
        var traceparent = await client.GetStringAsync("/ambient", House.Token);
        Assert.Equal(activity.Id, traceparent);
        Assert.Null(ambient);
        Assert.NotSame(activity, current);
        Assert.Equal("caller", Ambient.Value);
        Assert.Same(activity, Activity.Current);
    }

    [Fact]
    public async Task A_stopped_service_refuses_the_connection()
    {
        await using var service = await Service.StartAsync("payment");
        await service.Server.StopAsync(House.Token);
        using var client = Client(service);
        using var nobody = new HttpClient(new InProcessHandler(() => null));
        foreach (var (caller, address) in ((HttpClient, string)[])[(client, "/x"), (nobody, "http://nobody/x")])
        {
            var refused = await Assert.ThrowsAsync<HttpRequestException>(() => caller.GetAsync(address, House.Token));
            Assert.Equal(HttpRequestError.ConnectionError, refused.HttpRequestError);
        }
    }

    [Fact]
    public async Task An_in_process_HEAD_has_headers_and_no_body()
    {
        await using var service = await Service.StartAsync("payment");
        using var client = Client(service);
        var answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/x"), House.Token);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(House.Token));
    }

    [Fact]
    public async Task The_callees_OnStarting_and_OnCompleted_callbacks_run()
    {
        var completed = new Signal();
        await using var service = await Service.StartAsync(
            "payment",
            app =>
                app.MapGet(
                    "/hooks",
                    (HttpContext c) =>
                    {
                        c.Response.OnStarting(() =>
                        {
                            c.Response.Headers["X-Starting"] = "yes";
                            return Task.CompletedTask;
                        });
                        c.Response.OnCompleted(() =>
                        {
                            completed.SetResult(c.Request.Path);
                            return Task.CompletedTask;
                        });
                        return c.Response.WriteAsync("x", House.Token);
                    }
                )
        );
        using var client = Client(service);
        var answer = await client.GetAsync("/hooks", House.Token);
        Assert.Equal("yes", Assert.Single(answer.Headers.GetValues("X-Starting")));
        Assert.Equal("/hooks", await completed.Task.WaitAsync(TimeSpan.FromSeconds(10), House.Token));
    }

    internal static HttpClient Client(Service service) =>
        new(new InProcessHandler(service.Server)) { BaseAddress = new Uri("http://payment") };
}
