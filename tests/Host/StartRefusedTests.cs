using Mannam.Host;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Host;

public sealed class StartRefusedTests : IAsyncDisposable
{
    private readonly Installed installed = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => installed.DisposeAsync();

    [Fact]
    public async Task An_unknown_key_from_any_source_is_refused_by_name()
    {
        await RefusedAsync("Mannam:Taxi:Catch:PaymentTimout", "--set", "Taxi:Catch:PaymentTimout=610");
        await RefusedAsync("Mannam:Taxi:Nosuch", "--config", await FileAsync("a.json", """{"Taxi": {"Nosuch": 1}}"""));
        await RefusedAsync("Mannam:Host:Nosuch", "--config", Path.GetDirectoryName(await FileAsync("folder/Host__Nosuch", "1\n"))!);
        installed.Environment["Mannam__Taxi__Catch__Nosuch"] = "1";
        await RefusedAsync("Mannam:Taxi:Catch:Nosuch");
        installed.Environment.Clear();
        installed.Environment["MANNAM__NOSUCH__X"] = "1";
        await RefusedAsync("MANNAM:NOSUCH:X");
    }

    [Theory]
    [InlineData("Taxi:Catch:PaymentTimeout", "soon")]
    [InlineData("Taxi:Catch:PaymentTimeout", "0")]
    [InlineData("Taxi:Catch:PaymentUrl", "payment")]
    [InlineData("Taxi:Topic", "a\"b")]
    [InlineData("Taxi:Topic", "")]
    [InlineData("Host:DatabasePrefix", "A-")]
    [InlineData("Host:TrustedProxies", "10.0.0.0/99")]
    [InlineData("Host:RequestsInProgress", "-1")]
    public async Task A_wrong_value_is_refused_with_its_key(string key, string value) =>
        await RefusedAsync($"Mannam:{key} is \"{value}\"", "--set", $"{key}={value}");

    [Fact]
    public async Task Options_override_the_environment_which_overrides_files_last_file_first()
    {
        const string Key = "Mannam:Taxi:Catch:PaymentTimeout is";
        string[] first = ["--config", await FileAsync("a.json", """{"Taxi": {"Catch": {"PaymentTimeout": "file"}}}""")];
        await RefusedAsync($"{Key} \"file\"", first);
        var folder = Path.GetDirectoryName(await FileAsync("folder/Taxi__Catch__PaymentTimeout", "folder\n"))!;
        await RefusedAsync($"{Key} \"folder\"", [.. first, "--config", folder]);
        installed.Environment["Mannam__Taxi__Catch__PaymentTimeout"] = "environment";
        await RefusedAsync($"{Key} \"environment\"", first);
        string[] set = ["--set", "Taxi:Catch:PaymentTimeout=earlier", "Taxi:Catch:PaymentTimeout=set"];
        await RefusedAsync($"{Key} \"set\"", [.. first, .. set]);
    }

    [Theory]
    [InlineData("there is no system nosuch", "--systems", "nosuch")]
    [InlineData("there is no system nosuch", "--systems", "taxi,nosuch")]
    [InlineData("--systems", "--systems", ",")]
    [InlineData("--port", "--port", "70000")]
    [InlineData("--port", "--port", "many")]
    [InlineData("--listen", "--listen", "nowhere")]
    [InlineData("--set", "--set", "PaymentTimeout")]
    [InlineData("--config /nowhere", "--config", "/nowhere")]
    [InlineData("--postgres", "--postgres", "Hots=localhost")]
    [InlineData("--postgres", "--postgres", "postgres://localhost/")]
    [InlineData("--nosuch", "--nosuch")]
    [InlineData("127.0.0.1:9", "--postgres", "Host=127.0.0.1;Port=9;Username=x;Password=secret")]
    public async Task A_wrong_argument_is_refused_by_name(string named, params string[] arguments) => await RefusedAsync(named, arguments);

    [Fact]
    public async Task An_unusable_data_folder_is_refused_by_name()
    {
        Refused.With(await installed.Begin("up", "--port", "0", "--data", await FileAsync("file", "")).EndAsync(), "file");
        Refused.With(await installed.Begin("up", "--port", "0", "--data", "/proc/nowhere").EndAsync(), "/proc/nowhere");
    }

    [Fact]
    public async Task An_unreadable_settings_file_is_refused_by_name() =>
        await RefusedAsync("broken.json", "--config", await FileAsync("broken.json", "{"));

    [Fact]
    public async Task A_PostgreSQL_with_too_few_connections_for_the_pools_is_refused()
    {
        var small = Path.Combine(installed.Folder, "small");
        await using var postgres = await PrivatePostgres.StartAsync(small, 20, _ => { }, Ct);
        await RefusedAsync("allows 20 connections", "--postgres", postgres.ConnectionString);
        await postgres.StopAsync();

        await using var larger = await PrivatePostgres.StartAsync(small, 60, _ => { }, Ct);
        var up = await installed.UpAsync("--postgres", larger.ConnectionString);
        await up.Http.RequestedAsync();
        await up.Http.UntilAsync("myPages/1", "status", "PaymentApproved");
        Assert.Equal(2, (await installed.RunAsync("events", "taxi", "--key", "1")).Out.Count(c => c == '\n'));
        Assert.Empty(installed.PostgresProcesses);
        await up.EndAsync(Posix.Interrupt);
        Assert.True(PrivatePostgres.IsRunning(small), "a PostgreSQL that was passed by --postgres must not be stopped");
        NpgsqlConnection.ClearAllPools();
    }

    private async Task RefusedAsync(string named, params string[] arguments)
    {
        Refused.With(await installed.RunAsync(["up", "--port", "0", .. arguments]), named);
        Assert.Empty(installed.PostgresProcesses);
    }

    private async Task<string> FileAsync(string name, string text)
    {
        var file = Path.Combine(installed.Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, text, Ct);
        return file;
    }
}
