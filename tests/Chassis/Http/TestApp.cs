using System.Net.Sockets;
using System.Text;
using Mannam.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mannam.Tests.Chassis.Http;

/// <summary>A service with the HTTP conventions on a real Kestrel, and a client for it.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestApp(WebApplication app)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    /// <summary>Starts the service; <paramref name="before"/> adds middleware in front of it, as a front door does.</summary>
    public static async Task<TestApp> StartAsync(
        Action<WebApplication> map,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? before = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        services?.Invoke(builder.Services);
        builder.Services.AddMannamHttp("Test");
        var app = builder.Build();
        before?.Invoke(app);
        app.UseMannamHttp();
        map(app);
        await app.StartAsync();
        return new(app);
    }

    /// <summary>An endpoint that answers with a value read from the fields.</summary>
    public static Func<BoundRequest<TFields>, IResult> Echo<TFields>(Func<TFields, object> read)
        where TFields : class =>
        request => request.Problem is { } refused ? refused : Results.Text(read(request.Fields).ToString(), contentEncoding: Encoding.UTF8);

    /// <summary>Sends a request; a body needs its content type.</summary>
    public async Task<Answer> SendAsync(
        string method,
        string path,
        string? body = null,
        string? contentType = "application/json",
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (contentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            }
        }
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await Client.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    /// <summary>Sends raw bytes. Returns the server's output until it closes the connection or <paramref name="until"/> has come.</summary>
    public async Task<string> SendRawAsync(byte[] request, string until)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Client.BaseAddress!.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(request);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().Contains(until, StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer);
            if (read == 0)
            {
                break;
            }
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        return answer.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
