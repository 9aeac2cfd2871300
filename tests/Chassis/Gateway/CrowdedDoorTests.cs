using System.Net;
using System.Net.Sockets;
using System.Text;
using Mannam.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Chassis.Gateway;

/// <summary>How many connections and places of a front door one client, one service and one replica may take.</summary>
public sealed class CrowdedDoorTests
{
    private const string Get = "GET /catches HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private const string HalfPost =
        "POST /catches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Slow_uploads_do_not_take_the_places_of_other_requests()
    {
        await using var house = await House.OpenAsync(o => o with { MaxConcurrentRequests = 2 });
        var slow = new List<TcpClient>();
        for (var i = 0; i < 8; i++)
            slow.Add(await SaidAsync(house, Get + HalfPost));

        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (int)(await house.GetAsync("/catches")).StatusCode);

        foreach (var client in slow)
        {
            await client.GetStream().WriteAsync("\"a\":1234}"u8.ToArray(), House.Token);
            // The rest of the answer to the GET may come first.
            await ReadUntilAsync(client, "HTTP/1.1 ");
            client.Dispose();
        }
    }

    [Fact]
    public async Task Clients_that_wait_for_100_Continue_take_at_most_half_of_the_places()
    {
        var entered = 0;
        await using var house = await House.OpenAsync(
            o => o with { MaxConcurrentRequests = 4 },
            catches: app =>
                app.MapPost(
                    "/catches/read",
                    async (HttpContext http) =>
                    {
                        Interlocked.Increment(ref entered);
                        await http.Request.Body.CopyToAsync(Stream.Null);
                    }
                )
        );
        const string Expecting = "POST /catches/read HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n";
        using var one = await SaidAsync(house, Expecting);
        using var two = await SaidAsync(house, Expecting);

        using var three = await SaidAsync(house, Expecting, until: "503");

        Assert.Equal(2, entered);
        Assert.Equal(200, (int)(await house.GetAsync("/catches")).StatusCode);
    }

    [Fact]
    public async Task A_connection_beyond_the_limit_is_closed_until_another_one_ends()
    {
        await using var house = await House.OpenAsync(o => o with { MaxConnections = 3, MaxConnectionsPerClient = 10 });
        var open = new List<TcpClient>();
        for (var i = 0; i < 3; i++)
            open.Add(await SaidAsync(house, Get));

        Assert.False(await IsServedAsync(house, "127.0.0.1"));

        open.ForEach(c => c.Dispose());
        await UntilAsync(() => IsServedAsync(house, "127.0.0.1"));
    }

    [Fact]
    public async Task One_client_cannot_take_all_connections()
    {
        await using var house = await House.OpenAsync(o => o with { MaxConnections = 6 });
        var open = new List<TcpClient>();
        for (var i = 0; i < 3; i++)
            open.Add(await SaidAsync(house, Get));

        Assert.False(await IsServedAsync(house, "127.0.0.1"));
        Assert.True(await IsServedAsync(house, "127.0.0.2"));

        open.ForEach(c => c.Dispose());
        await UntilAsync(() => IsServedAsync(house, "127.0.0.1"));
    }

    [Fact]
    public async Task A_trusted_proxy_may_have_all_connections()
    {
        await using var house = await House.OpenAsync(o => o with { MaxConnections = 6, TrustedProxies = ["127.0.0.0/8"] });
        var open = new List<TcpClient>();
        for (var i = 0; i < 5; i++)
            open.Add(await SaidAsync(house, Get));

        Assert.True(await IsServedAsync(house, "127.0.0.1"));
        open.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task A_connection_that_sends_nothing_is_closed()
    {
        await using var house = await House.OpenAsync(o => o with { FirstByteTimeout = TimeSpan.FromMilliseconds(100) });
        using var silent = new TcpClient();
        await silent.ConnectAsync(house.Door.Address.Host, house.Door.Address.Port, House.Token);

        Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[1], House.Token).AsTask().WaitAsync(Patience, House.Token));
    }

    [Fact]
    public async Task A_client_that_does_not_read_its_answer_is_cut_off()
    {
        var ended = new Signal();
        await using var house = await House.OpenAsync(
            o => o with { MinBytesPerSecond = 1 << 20 },
            catches: app =>
                app.MapGet(
                    "/catches/large",
                    async (HttpContext http) =>
                    {
                        try
                        {
                            while (true)
                                await http.Response.Body.WriteAsync(new byte[1 << 16], http.RequestAborted);
                        }
                        finally
                        {
                            ended.SetResult();
                        }
                    }
                )
        );
        using var deaf = new TcpClient { ReceiveBufferSize = 4096 };
        await deaf.ConnectAsync(house.Door.Address.Host, house.Door.Address.Port, House.Token);
        await deaf.GetStream().WriteAsync(Encoding.Latin1.GetBytes(Get.Replace("/catches", "/catches/large")), House.Token);

        await ended.Task.WaitAsync(Patience, House.Token);
    }

    [Fact]
    public async Task A_hanging_service_leaves_a_quarter_of_the_places_to_other_services()
    {
        var (go, entered) = (new Signal(), 0);
        await using var house = await House.OpenAsync(
            o => o with { MaxConcurrentRequests = 4 },
            catches: app =>
                app.MapGet(
                    "/catches/hung",
                    () =>
                    {
                        Interlocked.Increment(ref entered);
                        return go.Task;
                    }
                )
        );
        var hung = Enumerable.Range(0, 3).Select(_ => house.GetAsync("/catches/hung")).ToList();
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref entered) == 3));

        await House.ProblemAsync(await house.GetAsync("/catches/hung"), 503);
        Assert.Equal(200, (int)(await house.GetAsync("/pickUps")).StatusCode);

        go.SetResult();
        await Task.WhenAll(hung);
        Assert.Equal(200, (int)(await house.GetAsync("/catches")).StatusCode);
    }

    [Fact]
    public async Task A_hanging_replica_does_not_take_all_places_of_the_gateway()
    {
        await using var house = await House.OpenAsync();
        using var hung = new TcpListener(IPAddress.Loopback, 0);
        hung.Start();
        await using var gateway = await EdgeApp.StartGatewayAsync(
            new RemoteSystem(
                "taxi",
                "Taxi",
                [new("catch", ["catches"], [new Uri($"http://{hung.LocalEndpoint}")]), new("pickup", ["pickUps"], [house.Door.Address])]
            ),
            new EdgeOptions { MaxConcurrentRequests = 4 }
        );
        using var http = new HttpClient { BaseAddress = gateway.Address };
        var asked = Enumerable.Range(0, 8).Select(_ => http.GetAsync("catches", House.Token)).ToList();

        // The places for one service are taken; further requests are refused at once.
        await UntilAsync(() => Task.FromResult(asked.Count(a => a.IsCompletedSuccessfully) >= 5));
        Assert.All(asked.Where(a => a.IsCompletedSuccessfully), a => Assert.Equal(503, (int)a.Result.StatusCode));
        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (int)(await http.GetAsync("pickUps", House.Token)).StatusCode);
        Assert.Equal(200, (int)(await http.GetAsync("health/ready", House.Token)).StatusCode);
    }

    [Fact]
    public async Task A_hanging_replica_does_not_take_the_places_of_the_other_replicas()
    {
        var (go, entered) = (new TaskCompletionSource(), 0);
        await using var hanging = await House.OpenAsync(catches: app =>
            app.MapGet(
                "/catches/hung",
                () =>
                {
                    Interlocked.Increment(ref entered);
                    return go.Task;
                }
            )
        );
        await using var well = await House.OpenAsync(catches: app => app.MapGet("/catches/hung", () => { }));
        await using var gateway = await EdgeApp.StartGatewayAsync(
            new RemoteSystem(
                "taxi",
                "Taxi",
                [new("catch", ["catches"], [hanging.Door.Address, well.Door.Address]), new("pickup", ["pickUps"], [well.Door.Address])]
            ),
            new EdgeOptions { MaxConcurrentRequests = 8 }
        );
        using var http = new HttpClient { BaseAddress = gateway.Address };
        var hung = new List<Task<HttpResponseMessage>>();
        for (var i = 0; i < 20; i++)
        {
            var before = Volatile.Read(ref entered);
            var asked = http.GetAsync("catches/hung", House.Token);
            await UntilAsync(() => Task.FromResult(asked.IsCompleted || Volatile.Read(ref entered) > before));
            if (asked.IsCompleted)
                Assert.Equal(200, (int)(await asked).StatusCode);
            else
                hung.Add(asked);
        }

        // The hanging replica has taken half of the places. Then every request goes to the other one.
        Assert.Equal(4, hung.Count);
        go.SetResult();
        Assert.All(await Task.WhenAll(hung), a => Assert.Equal(200, (int)a.StatusCode));
    }

    // Sends a text and waits for the first answer. The server has then read the whole text.
    private static async Task<TcpClient> SaidAsync(House house, string request, string until = "HTTP/1.1 ")
    {
        var client = new TcpClient();
        await client.ConnectAsync(house.Door.Address.Host, house.Door.Address.Port, House.Token);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), House.Token);
        await ReadUntilAsync(client, until);
        return client;
    }

    private static async Task ReadUntilAsync(TcpClient client, string text)
    {
        var all = "";
        while (!all.Contains(text, StringComparison.Ordinal))
        {
            var read = await ReadAsync(client);
            Assert.NotEqual("", read);
            all += read;
        }
    }

    private static async Task<string> ReadAsync(TcpClient client)
    {
        var buffer = new byte[8192];
        var read = await client.GetStream().ReadAsync(buffer, House.Token).AsTask().WaitAsync(Patience, House.Token);
        return Encoding.Latin1.GetString(buffer, 0, read);
    }

    private static async Task<bool> IsServedAsync(House house, string from)
    {
        using var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        try
        {
            await client.ConnectAsync(house.Door.Address.Host, house.Door.Address.Port, House.Token);
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(Get), House.Token);
            return (await ReadAsync(client)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var late = new CancellationTokenSource(Patience);
        while (!await holds())
            await Task.Delay(10, late.Token);
    }
}
