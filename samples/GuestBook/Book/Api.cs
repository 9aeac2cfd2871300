using Mannam.Http;

namespace GuestBook.Book;

internal static class Api
{
    private static readonly Resource<Entry, EntryView> Entries = new("entries", "entry", e => e.Key);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(Entries);
        // The entry and its event are one transaction.
        routes.MapCreate<Entry, EntryView, WriteEntry>(
            Entries,
            (request, _) => id => Entry.Write(id, request.Fields),
            announced: entry => entry.As<EntryWritten>()
        );
    }
}

/// <summary>What a guest sends.</summary>
internal sealed record WriteEntry(string Guest, string Text);

/// <summary>An entry, as it is shown.</summary>
internal sealed record EntryView(long EntryId, string Guest, string Text);
