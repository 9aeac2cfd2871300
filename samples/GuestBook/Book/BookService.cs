using Mannam.Abstractions;
using Mannam.Http;
using Mannam.PostgreSql;

namespace GuestBook.Book;

/// <summary>Accepts entries and shows them.</summary>
internal static class BookService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Entry>("The book", key => new Entry(key))
            .StoredInPostgreSql()
            .Serving(Api.Map, "entries")
            .WithIdSequence("entry_ids")
            .Publishing<EntryWritten>();
}
