using Xunit;

namespace Mannam.Tests.Docs;

public sealed class SampleTests
{
    [Fact]
    public async Task The_program_in_the_docs_is_that_of_the_sample()
    {
        var page = await ReadAsync("docs/architecture.md");
        var program = await ReadAsync("samples/GuestBook/Program.cs");

        Assert.Contains($"`samples/GuestBook/Program.cs`:\n\n```csharp\n{program}```\n", page, StringComparison.Ordinal);
        Assert.InRange(program.Split('\n').Count(l => l.Length > 0), 1, 10);
    }

    private static Task<string> ReadAsync(string file) =>
        File.ReadAllTextAsync(Path.Combine(Checkout.Folder, file), TestContext.Current.CancellationToken);
}
