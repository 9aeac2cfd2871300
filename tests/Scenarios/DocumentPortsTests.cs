using System.Net;
using System.Net.Sockets;
using Mannam.Abstractions;
using Mannam.Host;
using Mannam.Insurance;
using Mannam.Law;
using Mannam.Taxi;
using Mannam.Tests.Chassis.Http;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Mannam.Tests.Scenarios;

/// <summary>Command lines of the documents, sent to the hosts and ports named in them (<c>up --document-ports</c>).</summary>
[Collection(nameof(Alone))]
public sealed class DocumentPortsTests(PostgresFixture postgres) : IAsyncLifetime
{
    // A separate loopback address. There the documents' ports are free even if they are used at 127.0.0.1.
    private static readonly IPAddress Here = IPAddress.Parse("127.0.0.77");

    private readonly HttpClient _http = new(
        new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(Here, context.DnsEndPoint.Port, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }
    );
    private Machine? _machine;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_machine is not null)
            await _machine.DisposeAsync();
    }

    [Fact]
    public async Task The_command_lines_of_Taxis_document_work_with_their_hosts_and_ports()
    {
        await StartAsync(TaxiSystem.Declaration);
        var id = await MadeAsync(
            "http POST http://localhost:8081/catches price=250000 startingPoint=Busan destination=Seoul customer=Peter  status=approve",
            "id"
        );
        await SendAsync($"http http://localhost:8081/catches/{id}").Gives(200);
        await _machine!.SettledAsync(id);
        await SendAsync($"http http://localhost:8082/pickUps matchId={id} custmoer=Peter driver=Speedmate").Gives(201);
        await SendAsync($"http PATCH :8080/catches/{id} status=Cancel").Gives(200);
        await SendAsync($"http http://catch:8080/catches/{id}").Gives(200);

        await SendAsync($"http http://localhost:8082/catches/{id}").Refuses(404);
        await SendAsync($"http http://pickup:8080/catches/{id}").Refuses(404);
        await SendAsync($"http http://stranger:8080/catches/{id}").Refuses(421);
    }

    [Fact]
    public async Task The_command_lines_of_Laws_document_work_with_their_hosts_and_ports()
    {
        await StartAsync(LawSystem.Declaration);
        var id = await MadeAsync(
            "http POST http://localhost:8081/consult mobile=01012345678 location=hanam payType=ZEROPAY payAmount=150000",
            "consultId"
        );
        await SendAsync($"http http://localhost:8081/consult/payConsult/{id}").Gives(200);
        await _machine!.SettledAsync(id);
        await SendAsync($"http DELETE http://localhost:8081/consult/{id}").Gives(204);
        await SendAsync($"http http://gateway:8080/consult/{id}").Gives(200);
        await SendAsync($"http http://localhost:8083/consult/{id}").Refuses(404);
    }

    [Fact]
    public async Task The_command_lines_of_Insurances_document_work_with_their_hosts_and_ports()
    {
        await StartAsync(InsuranceSystem.Declaration);
        var id = await MadeAsync(
            "http POST http://gateway:8080/subscriptions subscriptionStatus=created productName=Fisrtcancer",
            "subscriptionId"
        );
        await _machine!.SettledAsync(id);
        await SendAsync($"http PATCH http://gateway:8080//underwritings/1 underwritingStatus=approveSubscription subscriptionId={id}")
            .Gives(200);
        await _machine!.SettledAsync(id);
        await SendAsync($"http GET http://localhost:8088/subsciptionViews/{id}").Gives(200);
        await SendAsync($"http GET http://localhost:8081/subscriptions/{id}").Gives(200);
        await SendAsync($"http GET http://localhost:8081/subsciptionViews/{id}").Refuses(404);
    }

    private Task<Answer> SendAsync(string line) => _http.HttpieAsync(line);

    private async Task<long> MadeAsync(string line, string id) => (long)(await SendAsync(line).Gives(201)).Json[id]!;

    private async Task StartAsync(SystemDeclaration system) =>
        _machine = await Machine.StartAsync(
            new MachineOptions
            {
                Systems = [system],
                Postgres = await postgres.ServerAsync(),
                Configuration = new ConfigurationBuilder()
                    .AddInMemoryCollection([new("Mannam:Host:DatabasePrefix", $"ports{system.Name}_")])
                    .Build(),
                Address = Here,
                DocumentPorts = true,
            },
            TestContext.Current.CancellationToken
        );
}
