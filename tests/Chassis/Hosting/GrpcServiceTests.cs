using System.Net;
using Grpc.Net.Client;
using Mannam.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mannam.Tests.Chassis.Hosting;

public sealed class GrpcServiceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_behind_the_host_may_serve_gRPC_itself()
    {
        var server = new InProcessServer();
        var inner = WebApplication.CreateSlimBuilder();
        inner.Logging.ClearProviders();
        inner.Services.AddGrpc();
        await using var service = inner.UseInProcess(server).Build();
        service.MapGrpcService<Greeter>();
        await service.StartAsync(Token);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2)
        );
        builder.AddMannam(new SystemEntry("tests", "Tests", [new ServiceEntry("greeter", ["tests.Greeter"], () => server)]));
        await using var host = builder.Build();
        host.MapMannam();
        await host.StartAsync(Token);

        using var channel = GrpcChannel.ForAddress(host.Urls.Single());
        var call = channel.CreateCallInvoker().AsyncUnaryCall(GreeterBase.Method, null, default, "kim");
        Assert.Equal("hello kim", await call);
        Assert.Equal("yes", call.GetTrailers().GetValue("seen"));
    }
}
