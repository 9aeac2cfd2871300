using Mannam.Abstractions;
using Mannam.Http;
using Mannam.PostgreSql;

namespace GuestBook.Thanks;

/// <summary>Knows the book only by its events.</summary>
internal static class ThanksService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Thanks>("Thanks", key => new Thanks(key)) { Rank = Rank.Supporting }
            .StoredInPostgreSql()
            .Serving(Api.Map)
            .WithPolicies(typeof(Policies));
}
