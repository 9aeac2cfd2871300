using System.Net;
using System.Net.Sockets;
using Mannam.Host;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>Environment variables that configure libraries do not affect the program. docs/environment.md lists the decision for each.</summary>
public sealed class EnvironmentTests : IAsyncDisposable
{
    private readonly Installed installed = new();
    private readonly TcpListener proxy = new(IPAddress.Loopback, 0);
    private int calls;

    public async ValueTask DisposeAsync()
    {
        await installed.DisposeAsync();
        proxy.Dispose();
    }

    private static readonly Dictionary<string, string> Hostile = new()
    {
        {
            "proxies",
            "http_proxy=PROXY HTTP_PROXY=PROXY https_proxy=PROXY HTTPS_PROXY=PROXY all_proxy=PROXY ALL_PROXY=PROXY no_proxy=nothing"
        },
        {
            "PostgreSQL",
            "PGHOST=nowhere.invalid PGPORT=1 PGUSER=nobody PGDATABASE=nothing PGPASSWORD=wrong PGPASSFILE=/nowhere PGOPTIONS=-cnonsense=1 PGTZ=Mars/Base "
                + "PGCLIENTENCODING=SQL_ASCII PGAPPNAME=x PGTARGETSESSIONATTRS=standby PGSSLMODE=verify-full PGSSLROOTCERT=/nowhere PGSSLCERT=/nowhere "
                + "PGSSLKEY=/nowhere PGGSSENCMODE=require PGREQUIREAUTH=gss PGSERVICE=nothing PGDATA=/nowhere PGSYSCONFDIR=/nowhere PGLOCALEDIR=/nowhere"
        },
        {
            "ASP.NET",
            "ASPNETCORE_URLS=http://0.0.0.0:1 DOTNET_URLS=http://0.0.0.0:1 URLS=http://0.0.0.0:1 ASPNETCORE_HTTP_PORTS=1 HTTP_PORTS=1 ASPNETCORE_HTTPS_PORT=1 "
                + "ASPNETCORE_ENVIRONMENT=Development DOTNET_ENVIRONMENT=Development ASPNETCORE_CONTENTROOT=/nowhere ASPNETCORE_WEBROOT=/nowhere "
                + "ASPNETCORE_HOSTINGSTARTUPASSEMBLIES=Nothing ASPNETCORE_FORWARDEDHEADERS_ENABLED=true ASPNETCORE_PATHBASE=/x "
                + "Kestrel__Endpoints__Http__Url=http://0.0.0.0:1 Kestrel__Limits__MaxConcurrentConnections=1 AllowedHosts=nothing "
                + "Logging__LogLevel__Default=Trace Logging__Console__FormatterName=nothing"
        },
        {
            "the system's libraries",
            "TZ=Mars/Base TZDIR=/nowhere LANG=xx_XX.nothing LC_ALL=tr_TR.ISO-8859-9 LANGUAGE=xx LOCPATH=/nowhere NLSPATH=/nowhere RES_OPTIONS=ndots:15 "
                + "LOCALDOMAIN=invalid HOSTALIASES=/nowhere MALLOC_ARENA_MAX=1 OPENSSL_CONF=/nowhere SSL_CERT_FILE=/nowhere SSL_CERT_DIR=/nowhere "
                + "ICU_DATA=/nowhere TERM=nothing TERMINFO=/nowhere NO_COLOR=1 COLUMNS=-1 HOME=/nowhere POSIXLY_CORRECT=1 "
                + "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION=1 DOTNET_SYSTEM_NET_DISABLEIPV6=1"
        },
        {
            "Kubernetes",
            "PROVIDER_PORT=tcp://10.0.0.1:80 PROVIDER_SERVICE_HOST=10.0.0.1 CATCH_PORT=tcp://10.0.0.1:80 PAYMENT_PORT=tcp://10.0.0.1:80 MANNAM_PORT=tcp://10.0.0.1:80 "
                + "MANNAM_SERVICE_HOST=10.0.0.1 MANNAM_PORT_80_TCP_ADDR=10.0.0.1 KUBERNETES_SERVICE_HOST=10.0.0.1 Host=x Taxi__Topic=x "
                + "CUSTOMCONNSTR_Mannam=x SQLCONNSTR_x=y"
        },
    };

    public static TheoryData<string> Libraries => Slice.Of([.. Hostile.Keys], 5);

    // Payment calls the provider over a socket, so a proxy setting would take effect.
    [Theory]
    [MemberData(nameof(Libraries))]
    public async Task Environment_variables_for_libraries_do_not_disturb_a_paid_ride(string of)
    {
        proxy.Start();
        _ = CountAsync();
        foreach (var variable in Hostile[of].Split(' ').Select(v => v.Split('=', 2)))
            installed.Environment[variable[0]] = variable[1].Replace("PROXY", $"http://{proxy.LocalEndpoint}", StringComparison.Ordinal);
        var port = OutputTests.FreePort();
        var up = installed.Begin([
            .. new[]
            {
                "up",
                "--systems",
                "taxi",
                "--port",
                $"{port}",
                "--data",
                installed.Data,
                "--set",
                "Taxi:Catch:PaymentTimeout=10000",
            },
            $"Taxi:Payment:ProviderUrl=http://127.0.0.1:{port}/provider",
        ]);
        await up.ReadyAsync();

        await up.Http.RequestedAsync();

        await up.Http.UntilAsync("myPages/1", "status", "PaymentApproved");
        Assert.Equal(["charge"], await up.Http.LedgerAsync(1));
        Assert.True(calls == 0, $"{of}: {calls} calls went to the proxy");
        Assert.Equal(0, (await up.EndAsync(Posix.Interrupt)).Status);
    }

    private async Task CountAsync()
    {
        try
        {
            while (true)
            {
                using var caller = await proxy.AcceptTcpClientAsync();
                Interlocked.Increment(ref calls);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }
}
