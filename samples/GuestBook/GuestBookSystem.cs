using System.Text.Json.Serialization;
using Mannam.Abstractions;
using Mannam.Messaging;

namespace GuestBook;

/// <summary>Guests write into a book, and each gets thanks.</summary>
public static class GuestBookSystem
{
    public static SystemDeclaration Declaration { get; } =
        new("guestbook", "Guest book", "entryId", [Book.BookService.Declaration, Thanks.ThanksService.Declaration]);
}

/// <summary>A guest has written an entry.</summary>
public sealed record EntryWritten(long EntryId, string Guest, string Text) : IEvent;

/// <summary>The serialization of events, requests and resources.</summary>
[JsonSerializable(typeof(EntryWritten))]
[JsonSerializable(typeof(Book.EntryView))]
[JsonSerializable(typeof(Thanks.ThanksView))]
internal sealed partial class GuestBookJson : JsonSerializerContext
{
    public static GuestBookJson Instance { get; } = new(EventSerializer.Options());
}
