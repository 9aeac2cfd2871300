using Xunit;

namespace Mannam.Tests.Host;

public sealed class LauncherTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_build_does_not_see_variables_that_MSBuild_takes_for_properties()
    {
        using var checkout = new StubCheckout("checkout", "exit 0");
        Dictionary<string, string> variables = new()
        {
            ["Configuration"] = "Debug",
            ["Platform"] = "x64",
            ["OutputPath"] = "/nowhere",
            ["OutDir"] = "/nowhere",
            ["TargetFramework"] = "net48",
            ["VERSION"] = "none",
            ["MSBuildSDKsPath"] = "/nowhere",
            ["DesignTimeBuild"] = "true",
            ["CDPATH"] = "/nowhere",
            ["POSIXLY_CORRECT"] = "1",
            ["GREP_OPTIONS"] = "-v",
            ["NUGET_PACKAGES"] = "/of the $user",
        };

        using var launcher = checkout.Begin("", variables, "describe");
        await launcher.WaitForExitAsync(Ct);

        Assert.Equal(0, launcher.ExitCode);
        var built = checkout.Built!;
        // NuGet's variables belong to the user and pass through.
        Assert.Contains("NUGET_PACKAGES=/of the $user", built);
        Assert.DoesNotContain(built, line => line.Split('=')[0] is not "NUGET_PACKAGES" and var name && variables.ContainsKey(name));
    }

    [Theory]
    [InlineData("q\"uo' pri$HOME `touch ran` $(touch ran)")]
    [InlineData("-dash 100%s\\n;touch ran;&|*?[a]!#~ 만남")]
    public async Task A_checkout_folder_may_have_any_name(string name)
    {
        using var checkout = new StubCheckout(name, "printf '%s|' \"$MANNAM_HOME\" \"$@\"");

        using var launcher = checkout.Begin("", [], "describe", "a b", "$HOME", "`touch ran`", "");

        var output = await launcher.StandardOutput.ReadToEndAsync(Ct);
        Assert.Equal($"{checkout.Folder}|describe|a b|$HOME|`touch ran`||", output);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(checkout.Folder)!, "ran", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("<&-")]
    [InlineData(">&-")]
    [InlineData("2>&-")]
    [InlineData("<&- >&- 2>&-")]
    [InlineData("2> /dev/full")]
    public async Task Closed_standard_descriptors_are_opened_to_dev_null_by_the_launcher(string redirections)
    {
        using var checkout = new StubCheckout(
            "checkout",
            """
            all=$(for d in 0 1 2; do readlink /proc/$$/fd/$d; done)
            echo "$all" > "$TMPDIR/descriptors"
            """
        );

        using var launcher = checkout.Begin(redirections, [], "describe");
        await launcher.WaitForExitAsync(Ct);

        Assert.Equal(0, launcher.ExitCode);
        var descriptors = await File.ReadAllLinesAsync(Path.Combine(checkout.Temporary, "descriptors"), Ct);
        Assert.Equal(3, descriptors.Length);
        if (redirections.Contains('-', StringComparison.Ordinal))
            Assert.Equal(redirections.Count(c => c == '-'), descriptors.Count(d => d == "/dev/null"));
    }
}
