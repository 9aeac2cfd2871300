using System.Text.Json.Serialization;
using Mannam.Abstractions;

namespace GuestBook;

/// <summary>Guests write into a book, and each gets thanks.</summary>
public static class GuestBookSystem
{
    public static SystemDeclaration Declaration { get; } =
        new SystemDeclaration("guestbook", "Guest book", "entryId")
            .With(Book.BookService.Declaration)
            .With(Thanks.ThanksService.Declaration);
}

/// <summary>A guest has written an entry.</summary>
public sealed record EntryWritten(long EntryId, string Guest, string Text) : IEvent;

/// <summary>The serialization of events, requests and resources.</summary>
[JsonSerializable(typeof(EntryWritten))]
[JsonSerializable(typeof(Book.EntryView))]
[JsonSerializable(typeof(Thanks.ThanksView))]
internal sealed partial class GuestBookJson : JsonSerializerContext;
