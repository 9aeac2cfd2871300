using System.Net;
using System.Net.Http.Json;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary><c>./mannam up</c> with all systems, and with a mounted configuration that changes.</summary>
public sealed class SystemsUpTests : IAsyncDisposable
{
    private readonly Installed installed = new();

    public ValueTask DisposeAsync() => installed.DisposeAsync();

    [Fact]
    public async Task Systems_are_served_below_their_names_and_settings_change_at_run_time()
    {
        var mounted = Directory.CreateDirectory(Path.Combine(installed.Folder, "config")).FullName;
        var areas = Path.Combine(mounted, "Law__Schedule__Areas");
        await File.WriteAllTextAsync(areas, "hanam", TestContext.Current.CancellationToken);
        var up = installed.Begin(
            "up",
            "--port",
            "0",
            "--data",
            installed.Data,
            "--config",
            mounted,
            "--set",
            "Law:Consult:PaymentTimeout=10000"
        );
        await up.ReadyAsync();
        Assert.NotNull(await up.Http.FindAsync("taxi/catches"));
        Assert.NotNull(await up.Http.FindAsync("law/consult"));
        Assert.NotNull(await up.Http.FindAsync("insurance/subscriptions"));
        Assert.Equal(HttpStatusCode.NotFound, (await up.Http.AskAsync("consult")).StatusCode);

        await File.WriteAllTextAsync(areas, "uijeongbu", TestContext.Current.CancellationToken);
        for (var (id, end) = (1, DateTime.UtcNow.AddSeconds(60)); ; id++)
        {
            await up.Http.PostAsJsonAsync(
                "law/consult",
                new
                {
                    mobile = "010",
                    location = "uijeongbu",
                    payType = "CARD",
                    payAmount = 1,
                },
                TestContext.Current.CancellationToken
            );
            await up.Http.PostAsync($"law/consult/{id}/payment", null, TestContext.Current.CancellationToken);
            while (await up.Http.FindAsync($"law/schedule/{id}") is null && DateTime.UtcNow < end)
                await Task.Delay(20, TestContext.Current.CancellationToken);
            if ((string?)(await up.Http.FindAsync($"law/schedule/{id}"))!["scheduleStatus"] == "RECEIVED")
                break;
            Assert.True(DateTime.UtcNow < end);
        }
    }
}
