using Mannam.Http;

namespace GuestBook.Thanks;

internal static class Api
{
    private static readonly Resource<Thanks, ThanksView> All = new("thanks", "thanks", t => t.Key);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapReads(All);
}

/// <summary>The thanks, as they are shown.</summary>
internal sealed record ThanksView(long EntryId, string Words);
