using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>The constraints that a service declares (<c>WithConstraint</c>): a misspelt name would never refuse anything, so the start looks for each.</summary>
internal static class DeclaredConstraints
{
    // The index of a constraint has the constraint's name.
    private const string Missing = """
        select string_agg(name, ', ' order by name) from unnest($1) name where not exists (
          select from pg_class c join pg_index i on i.indexrelid = c.oid
          where c.relname = name and (i.indisunique or i.indisexclusion) and pg_table_is_visible(c.oid))
        """;

    /// <summary>Asks the store for them, where there are any.</summary>
    /// <exception cref="InvalidOperationException">The store does not have one of them.</exception>
    public static async Task CheckAsync(ServiceDeclaration service, NpgsqlDataSource store, CancellationToken ct)
    {
        string[] names = [.. service.ConstraintNames];
        if (names.Length == 0)
            return;
        await using var command = store.CreateCommand(Missing);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = names });
        if (await command.ExecuteScalarAsync(ct) is string missing)
        {
            throw new InvalidOperationException(
                $"{service.FullName} declares the constraint {missing} (WithConstraint), but its tables have no unique or exclusion constraint and no unique index of that name."
            );
        }
    }
}
