using System.Diagnostics;
using Xunit;

namespace Mannam.Tests;

/// <summary>Runs the tests below in a separate process and counts the skipped ones.</summary>
public sealed class SliceTests
{
    [Theory]
    [InlineData("0", "Total: 6, Errors: 0, Failed: 0, Skipped: 3")]
    [InlineData("1", "Total: 6, Errors: 0, Failed: 0, Skipped: 0")]
    public async Task A_run_of_all_tests_skips_none_and_a_slice_skips_some(string all, string summary)
    {
        var runner = new ProcessStartInfo(
            Environment.ProcessPath!,
            [typeof(SliceTests).Assembly.Location, "-noColor", "-noLogo", "-class", typeof(SlicedTests).FullName!]
        )
        {
            RedirectStandardOutput = true,
            Environment = { ["MANNAM_TEST_ALL"] = all },
        };
        using var run = Process.Start(runner)!;
        var told = await run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Contains(summary, told, StringComparison.Ordinal);
    }
}

/// <summary>One test of each kind that a slice skips, and one that always runs.</summary>
public sealed class SlicedTests
{
    public static TheoryData<string> Rows => Slice.Of(["first", "second"], 2);

    [LongFact]
    public void Fact() => Assert.Null(Slice.Skip);

    [Theory]
    [InlineData(1)]
    [LongData(2)]
    public void Row(int row) => Assert.True(row == 1 || Slice.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Member(string row) => Assert.True(row == "first" || Slice.All);

    [Fact]
    public void Always() => Assert.NotEqual(Slice.All, Slice.Skip is not null);
}
