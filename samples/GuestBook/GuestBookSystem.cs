using System.Text.Json.Serialization;
using Mannam.Abstractions;
using Mannam.Messaging;

namespace GuestBook;

/// <summary>Guests write into a book; each is thanked.</summary>
public static class GuestBookSystem
{
    public static SystemDeclaration Declaration { get; } =
        new("guestbook", "Guest book", "entryId", [Book.BookService.Declaration, Thanks.ThanksService.Declaration]);
}

/// <summary>A guest wrote into the book.</summary>
public sealed record EntryWritten(long EntryId, string Guest, string Text) : IEvent;

/// <summary>How what travels is written and read.</summary>
[JsonSerializable(typeof(EntryWritten))]
[JsonSerializable(typeof(Book.EntryView))]
[JsonSerializable(typeof(Thanks.ThanksView))]
internal sealed partial class GuestBookJson : JsonSerializerContext
{
    public static GuestBookJson Instance { get; } = new(EventSerializer.Options());
}
