using System.ComponentModel.DataAnnotations.Schema;
using Mannam.Abstractions;
using Mannam.Http;
using Mannam.PostgreSql;

namespace GuestBook.Thanks;

/// <summary>The thanks for an entry.</summary>
[Table("thanks")]
internal sealed class Thanks(long key) : Aggregate(key)
{
    public long EntryId => Key;
    public string Words { get; private set; } = "";

    /// <summary>A guest has written an entry.</summary>
    public IMessage[] Say(EntryWritten written)
    {
        Words = $"Thank you, {written.Guest}.";
        return [];
    }
}

/// <summary>Knows the book only by its events.</summary>
internal static class ThanksService
{
    private static readonly Resource<Thanks, ThanksView> All = new("thanks", "thanks", t => t.Key, GuestBookJson.Instance.ThanksView);

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Thanks>("Thanks", key => new Thanks(key)) { Rank = Rank.Supporting }
            .StoredInPostgreSql()
            .Serving(routes => routes.MapReads(All))
            .Whenever<EntryWritten>((written, thanks) => thanks.Say(written));
}

/// <summary>The resource of the thanks.</summary>
internal sealed record ThanksView(long EntryId, string Words);
