using System.ComponentModel.DataAnnotations.Schema;
using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Messaging;
using Mannam.PostgreSql;

namespace GuestBook.Book;

/// <summary>An entry of a guest. All services know it by its id.</summary>
[Table("entries")]
internal sealed class Entry(long key) : Aggregate(key)
{
    public long EntryId => Key;
    public string Guest { get; private set; } = "";
    public string Text { get; private set; } = "";

    public static Entry Write(long id, WriteEntry sent) => new(id) { Guest = sent.Guest, Text = sent.Text };
}

/// <summary>Accepts entries and shows them. The declaration lists everything that belongs to the service.</summary>
internal static class BookService
{
    private static readonly Resource<Entry, EntryView> Entries = new("entries", "entry", e => e.Key, GuestBookJson.Instance.EntryView);

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Entry>("The book", key => new Entry(key)) { Paths = ["entries"] }
            .StoredInPostgreSql()
            .Serving(Map)
            .WithIdSequence("entry_ids")
            .Publishing<EntryWritten>();

    private static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(Entries);
        routes.MapPost("/entries", WriteAsync).Answers<EntryView>(201);
    }

    private static async Task<IResult> WriteAsync(
        BoundRequest<WriteEntry> request,
        HttpContext http,
        Repository<Entry> entries,
        IdSequence ids
    )
    {
        if (request.Problem is { } refused)
            return refused;
        var entry = Entry.Write(await ids.NextAsync(), request.Fields);
        // The entry and its event are one transaction: every stored entry is published.
        await entries.CreateAsync(entry, RequestContext.Of<Entry>(http, Entries.Created), entry.As<EntryWritten>());
        return Entries.Created(entry);
    }
}

/// <summary>The request of a guest.</summary>
internal sealed record WriteEntry(string Guest, string Text);

/// <summary>The resource of an entry.</summary>
internal sealed record EntryView(long EntryId, string Guest, string Text);
