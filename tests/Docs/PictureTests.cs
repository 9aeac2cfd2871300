using Mannam.Host.Commands;
using Xunit;

namespace Mannam.Tests.Docs;

public sealed class PictureTests
{
    public static IEnumerable<TheoryDataRow<string>> Systems => Up.AllSystems.Select(s => new TheoryDataRow<string>(s.Name));

    [Theory]
    [MemberData(nameof(Systems))]
    public async Task The_context_map_in_the_docs_is_drawn_from_the_declarations(string system)
    {
        var page = await File.ReadAllTextAsync(
            Path.Combine(Checkout.Folder, "docs", "architecture.md"),
            TestContext.Current.CancellationToken
        );

        Assert.Contains($"<!-- map {system} -->\n```mermaid\n{ContextMap.Draw(Up.Named(system))}```\n", page, StringComparison.Ordinal);
    }
}
