using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Mannam.Tests.Host;
using Xunit;

namespace Mannam.Tests.Packages;

/// <summary>Use of Mannam from its packages alone.</summary>
public sealed class FolderFeedTests(FolderFeed feed, PostgresFixture postgres) : IClassFixture<FolderFeed>
{
    private const int Terminate = 15;

    public static TheoryData<string> Names => PackagesTests.Names;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_package_holds_its_assembly_with_documentation_and_README(string name)
    {
        using var package = feed.Open(name);
        HashSet<string> files = [.. package.Entries.Select(e => e.FullName)];
        Assert.Superset(new HashSet<string> { "README.md", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml" }, files);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_package_declares_exactly_the_packages_that_it_needs(string name)
    {
        var needs = feed.NeedsOf(name);
        var own = needs.Where(n => n.Name.StartsWith("Mannam.", StringComparison.Ordinal)).ToList();
        // The packages share internals, so only the same version fits.
        Assert.All(own, n => Assert.Equal(feed.Exactly, n.Versions));
        Assert.Equal(
            All(name, n => PackagesTests.Arrows[n]),
            All(name, n => feed.NeedsOf(n).Select(d => d.Name).Where(PackagesTests.Arrows.ContainsKey))
        );
        Assert.All(
            needs.Except(own),
            n => Assert.Contains(PackagesTests.Foreign[name], f => n.Name.StartsWith(f, StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task The_sample_builds_and_runs_from_the_packages_alone()
    {
        await feed.BuildSampleAsync();
        string[] names = ["guestbook", "guestbook.book", "guestbook.thanks"];
        var settings = await Task.WhenAll(names.Select(async n => $"--ConnectionStrings:{n}={await postgres.CreateDatabaseAsync()}"));
        var port = OutputTests.FreePort();
        await using var sample = feed.StartSample(port, settings);
        await sample.ReadyAtAsync(port);

        using var written = await sample.Http.PostAsJsonAsync("entries", new { guest = "Kim", text = "It was lovely." }, Token);
        Assert.Equal(HttpStatusCode.Created, written.StatusCode);
        var entry = await sample.Http.GetFromJsonAsync<JsonObject>(written.Headers.Location, Token);
        Assert.Equal("It was lovely.", (string?)entry!["text"]);
        Assert.Equal("Thank you, Kim.", await WordsAsync(sample.Http, (long)entry["entryId"]!));

        var ended = await sample.EndAsync(Terminate);
        Assert.True(ended.Status == 0, ended.Out + ended.Error);
    }

    [Fact]
    public async Task A_stranger_simulates_the_sample_and_finds_an_entry_stored_without_its_event()
    {
        var whole = await feed.SimulateSampleAsync(await postgres.ServerAsync());
        Assert.True(whole.Status == 0, whole.Out + whole.Error);

        var broken = await feed.SimulateSampleAsync(await postgres.ServerAsync(), StoreEntriesWithoutTheirEvents);

        Assert.True(broken.Status == 1, broken.Out + broken.Error);
        Assert.Contains("each entry is published once", broken.Out, StringComparison.Ordinal);
    }

    private const string StoresOnly = """
        routes
            .MapPost(
                "/entries",
                async (BoundRequest<WriteEntry> request, HttpContext http, Repository<Entry> entries, IIdSequence ids) =>
                {
                    var entry = Entry.Write(await ids.NextAsync(), request.Fields);
                    await entries.CreateAsync(entry, RequestContext.Of<Entry>(http, Entries.Created));
                    return Entries.Created(entry);
                }
            )
            .Answers<EntryView>(201);
        """;

    private static void StoreEntriesWithoutTheirEvents(string samples)
    {
        var api = Path.Combine(samples, "GuestBook", "Book", "Api.cs");
        var code = File.ReadAllText(api);
        var begin = code.IndexOf("routes.MapCreate", StringComparison.Ordinal);
        var end = code.IndexOf(");\n    }", begin, StringComparison.Ordinal);
        var without = "using Mannam.Messaging;\n" + code[..begin] + StoresOnly + code[(end + 2)..];
        Assert.NotEqual(code, without);
        File.WriteAllText(api, without);
    }

    // The event travels through the outbox, the log and the consumer of the other service.
    private static async Task<string?> WordsAsync(HttpClient http, long id)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(Token);
        soon.CancelAfter(TimeSpan.FromMinutes(1));
        while (true)
        {
            using var thanks = await http.GetAsync($"thanks/{id}", soon.Token);
            if (thanks.IsSuccessStatusCode)
                return (string?)(await thanks.Content.ReadFromJsonAsync<JsonObject>(soon.Token))!["words"];
            Assert.Equal(HttpStatusCode.NotFound, thanks.StatusCode);
            await Task.Delay(20, soon.Token);
        }
    }

    private static SortedSet<string> All(string name, Func<string, IEnumerable<string>> needs)
    {
        var all = new SortedSet<string>(StringComparer.Ordinal);
        void Add(string needed)
        {
            if (all.Add(needed))
                Array.ForEach([.. needs(needed)], Add);
        }
        Array.ForEach([.. needs(name)], Add);
        return all;
    }
}
