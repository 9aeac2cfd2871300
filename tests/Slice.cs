using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Mannam.Tests;

/// <summary><c>./mannam test</c> runs a slice of the long tests. <c>./mannam test --all</c> runs everything, and so does <c>./mannam test NAME</c>.</summary>
public static class Slice
{
    private const string LeftOut = "long, so left to ./mannam test --all";

    /// <summary>Whether everything runs.</summary>
    public static bool All => Environment.GetEnvironmentVariable("MANNAM_TEST_ALL") == "1";

    /// <summary>The reason for skipping long tests now; null if they run.</summary>
    public static string? Skip => All ? null : LeftOut;

    /// <summary>The rows of a theory. One in <paramref name="every"/> belongs to the slice; the others are skipped with a reason.</summary>
    public static TheoryData<string> Of(IReadOnlyList<string> rows, int every)
    {
        var data = new TheoryData<string>();
        for (var i = 0; i < rows.Count; i++)
            data.Add(new TheoryDataRow<string>(rows[i]) { Skip = Runs(i, every) ? null : LeftOut });
        return data;
    }

    /// <summary>Whether a row runs now.</summary>
    public static bool Runs(int row, int every) => All || row % every == 0;
}

/// <summary>A fact that only runs with all tests.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = Slice.Skip;
}

/// <summary>A row of a theory that only runs with all tests.</summary>
/// <remarks><c>InlineData</c> with <c>SkipUnless</c> would always skip the row (xunit 3.2.2).</remarks>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class LongDataAttribute(params object?[] data) : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow(data) { Skip = Slice.Skip }]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
