using Xunit;

namespace Mannam.Tests;

/// <summary><c>./mannam test</c> runs a slice of the long tests. <c>./mannam test --all</c> runs everything, and so does <c>./mannam test NAME</c>.</summary>
public static class Slice
{
    /// <summary>Why a test or a row of its data is skipped.</summary>
    public const string LeftOut = "long, so left to ./mannam test --all";

    /// <summary>Whether everything runs.</summary>
    public static bool All => Environment.GetEnvironmentVariable("MANNAM_TEST_ALL") == "1";

    /// <summary>The rows of a theory, of which one in <paramref name="every"/> belongs to the slice. The others are skipped, with the reason.</summary>
    public static TheoryData<string> Of(IReadOnlyList<string> rows, int every)
    {
        var data = new TheoryData<string>();
        for (var i = 0; i < rows.Count; i++)
            data.Add(new TheoryDataRow<string>(rows[i]) { Skip = Runs(i, every) ? null : LeftOut });
        return data;
    }

    /// <summary>Whether the row runs now.</summary>
    public static bool Runs(int row, int every) => All || row % every == 0;
}
