using System.ComponentModel.DataAnnotations.Schema;
using Mannam.Abstractions;

namespace GuestBook.Thanks;

/// <summary>The thanks for an entry.</summary>
[Table("thanks")]
internal sealed class Thanks(long key) : Aggregate(key)
{
    public long EntryId => Key;
    public string Words { get; private set; } = "";

    /// <summary>Somebody wrote into the book.</summary>
    public IMessage[] Say(EntryWritten written)
    {
        Words = $"Thank you, {written.Guest}.";
        return [];
    }
}
