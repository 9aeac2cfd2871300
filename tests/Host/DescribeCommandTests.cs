using Mannam.Host;
using Mannam.Host.Commands;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary><c>./mannam describe</c> on Taxi.</summary>
public sealed class DescribeCommandTests(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>, IAsyncLifetime
{
    private readonly Commands commands = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        commands.Installation.Remember(
            new Installation.Record(
                await postgres.ServerAsync(),
                taxi.Prefix,
                new Dictionary<string, string> { ["taxi"] = "taxi" },
                new Dictionary<string, EffectiveSetting> { ["Taxi:Catch:PaymentTimeout"] = new("700", "--set") }
            )
        );

    public ValueTask DisposeAsync()
    {
        commands.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<string> DescribeAsync(params string[] arguments) => commands.RunAsync(Describe.Command(), arguments);

    private static void AssertLine(string pattern, string text) => Assert.Matches($"(?m)^ *{pattern}", text);

    [Fact]
    public async Task Describe_shows_how_each_service_of_a_running_installation_runs()
    {
        await using var control = await Control.OpenAsync(commands.Installation, taxi.Machine, Ct);

        var text = await DescribeAsync("taxi.catch");

        AssertLine(@"taxi\.catch  택시 요청  \(running\)", text);
        AssertLine("serves +/catches", text);
        AssertLine("publishes +CatchRequested, CatchCancelled", text);
        AssertLine("subscribes +PickupAssigned, PickupCancelled", text);
        AssertLine(@"calls +taxi\.payment", text);
        AssertLine(@"setting +Taxi:Topic = taxi  \(default\)", text);
        AssertLine(@"setting +Taxi:Catch:PaymentTimeout = 10000  \(Memory", text);
        AssertLine("positions +taxi  0:0 1:0", text);
        AssertLine("lag +0", text);
        AssertLine("waiting +0", text);
        AssertLine("parked +0", text);
        AssertLine("unsent +0", text);
        AssertLine(@"due +\d", text);
        AssertLine("health +live, ready", text);
        AssertLine(@"circuit taxi\.payment: closed", text);
        AssertLine("consumer: running", text);
        Assert.DoesNotContain("taxi.pickup", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Describe_without_a_name_shows_all_services_including_stopped_ones()
    {
        await using var control = await Control.OpenAsync(commands.Installation, taxi.Machine, Ct);
        await taxi.Machine.StopAsync("taxi.mypage");

        var text = await DescribeAsync();
        await taxi.StartAsync("taxi.mypage");

        AssertLine(@"taxi\.pickup .*\(running\)", text);
        AssertLine(@"taxi\.mypage .*\(stopped\)", text);
        AssertLine("lag +at most", text);
        AssertLine(@"provider .*\(running\)", text);
        AssertLine(@"setting +Host:RequestsInProgress = 512  \(default\)", text);
    }

    [Fact]
    public async Task A_stopped_installation_is_described_as_of_its_last_start()
    {
        var text = await DescribeAsync("taxi.catch");

        AssertLine(@"taxi\.catch .*\(stopped\)", text);
        AssertLine(@"setting +Taxi:Catch:PaymentTimeout = 700  \(--set\)", text);
        AssertLine(@"setting +Taxi:Catch:PaymentUrl = -  \(not set\)", text);
        AssertLine("waiting +0", text);
        Assert.DoesNotContain("health", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Describe_reports_an_unknown_service()
    {
        var stopped = await Assert.ThrowsAsync<InstallationException>(() => DescribeAsync("taxi.ctch"));
        await using var control = await Control.OpenAsync(commands.Installation, taxi.Machine, Ct);
        var running = await Assert.ThrowsAsync<InstallationException>(() => DescribeAsync("taxi.ctch"));

        Assert.Contains("there is no service taxi.ctch; there are ", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("there is no service taxi.ctch; there are ", running.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_setting_shows_the_source_of_its_value()
    {
        var file = Path.Combine(commands.Installation.Folder, "settings.json");
        File.WriteAllText(file, """{"Taxi": {"Catch": {"PaymentTimeout": 1, "PaymentJoin": 2, "ApiKey": "hush"}, "Topic": "here"}}""");
        Environment.SetEnvironmentVariable("Mannam__Taxi__Catch__PaymentJoin", "3");
        try
        {
            var values = EffectiveSetting.Configured(ConfigurationFactory.From([file], ["Taxi:Catch:PaymentTimeout=4"]));

            Assert.Equal(new EffectiveSetting("4", "--set"), values["Taxi:Catch:PaymentTimeout"]);
            Assert.Equal(new EffectiveSetting("3", "environment"), values["Taxi:Catch:PaymentJoin"]);
            Assert.Equal(new EffectiveSetting("here", $"file {file}"), values["Taxi:Topic"]);
            Assert.Equal("(secret)", values["Taxi:Catch:ApiKey"].Value);
        }
        finally
        {
            Environment.SetEnvironmentVariable("Mannam__Taxi__Catch__PaymentJoin", null);
        }
    }
}
