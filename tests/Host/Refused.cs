using Xunit;

namespace Mannam.Tests.Host;

/// <summary>Asserts how a command refuses.</summary>
internal static class Refused
{
    /// <summary>Asserts status 1, an empty stdout, and a sentence that contains <paramref name="named"/> without a stack trace.</summary>
    public static void With(Ended ended, string named)
    {
        Assert.Equal(1, ended.Status);
        Assert.Equal("", ended.Out);
        var sentence = ended.Error.TrimEnd('\n').Split('\n')[^1];
        Assert.StartsWith("mannam: ", sentence, StringComparison.Ordinal);
        Assert.EndsWith(".", sentence, StringComparison.Ordinal);
        Assert.Contains(named, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }
}
