using System.Diagnostics;
using System.Globalization;
using Mannam.Host;
using Xunit;

namespace Mannam.Tests.Host;

public sealed class LanguagesTests : IAsyncDisposable
{
    // A separate mount namespace that hides ICU.
    private static readonly string[] WithoutIcu =
    [
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        """for file in /usr/lib/*/libicuuc.so* /usr/lib*/libicuuc.so*; do [ ! -f "$file" ] || mount --bind /dev/null "$(readlink -f "$file")"; done; exec "$@" """,
        "sh",
    ];

    private readonly Installed installed = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => installed.DisposeAsync();

    [Fact]
    public async Task The_start_fails_with_one_sentence_without_ICU()
    {
        Assert.SkipUnless((await HiddenAsync("true")).Status == 0, "mounting needs root, or namespaces for every user");

        var ended = await HiddenAsync(Installed.Dotnet, installed.Program, "up", "--port", "0", "--data", installed.Data);

        Assert.Equal(1, ended.Status);
        Assert.Matches(@"^mannam: ICU.*is not installed[^\n]*\n$", ended.Error);
    }

    [LongFact]
    public async Task An_environment_variable_cannot_turn_ICU_off()
    {
        installed.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";

        var up = await installed.UpAsync();

        Assert.Contains("/libicui18n.so", await File.ReadAllTextAsync($"/proc/{up.Id}/maps", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public void Output_does_not_depend_on_the_environments_language()
    {
        var written = "";
        var thread = new Thread(() =>
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("ar-SA");
            Assert.True(Languages.Prepare());
            written = $"{-1.5:N1} {DateTime.UnixEpoch:d}";
            var another = new Thread(() => written += $" {-1.5:N1}");
            another.Start();
            another.Join();
        });
        thread.Start();
        thread.Join();

        Assert.Equal("-1.5 01/01/1970 -1.5", written);
    }

    private static async Task<Ended> HiddenAsync(params string[] command)
    {
        var start = new ProcessStartInfo("unshare", [.. WithoutIcu, .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("LD_LIBRARY_PATH");
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Ct), process.StandardError.ReadToEndAsync(Ct));
        await process.WaitForExitAsync(Ct);
        return new(process.ExitCode, await output, await error);
    }
}
