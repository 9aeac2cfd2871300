using System.ComponentModel.DataAnnotations.Schema;
using Mannam.Abstractions;

namespace GuestBook.Book;

/// <summary>What a guest wrote. Its id is the key by which all services know it.</summary>
[Table("entries")]
internal sealed class Entry(long key) : Aggregate(key)
{
    public long EntryId => Key;
    public string Guest { get; private set; } = "";
    public string Text { get; private set; } = "";

    public static Entry Write(long id, WriteEntry sent) => new(id) { Guest = sent.Guest, Text = sent.Text };
}
