using Mannam.Host.Commands;
using Mannam.Taxi;
using Xunit;

namespace Mannam.Tests.Docs;

public sealed class PictureTests
{
    [Fact]
    public async Task The_context_map_in_the_docs_is_drawn_from_the_declarations()
    {
        var page = await File.ReadAllTextAsync(
            Path.Combine(Checkout.Folder, "docs", "architecture.md"),
            TestContext.Current.CancellationToken
        );

        Assert.Contains($"<!-- map taxi -->\n```mermaid\n{ContextMap.Draw(TaxiSystem.Declaration)}```\n", page, StringComparison.Ordinal);
    }
}
