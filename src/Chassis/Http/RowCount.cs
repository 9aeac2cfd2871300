using Microsoft.EntityFrameworkCore;

namespace Mannam.Http;

/// <summary>
/// The number of rows of a collection. It is exact up to 10,000. Beyond that it is the store's statistics or, for a filtered collection, a lower
/// bound. So a page of a large table needs no full count.
/// </summary>
internal sealed class RowCount<TEntity>
    where TEntity : class
{
    private const int ExactUpTo = 10_000;
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    private Estimate? _estimate;

    /// <param name="db">The database.</param>
    /// <param name="rows">The rows to count.</param>
    /// <param name="isFiltered">Whether the rows are filtered, so that the table's statistics do not apply.</param>
    /// <param name="atLeast">The number of rows that were already seen.</param>
    public async Task<long> OfAsync(DbContext db, IQueryable<TEntity> rows, bool isFiltered, long atLeast)
    {
        // A table far above the limit does not fall below it within seconds, so its rows need not be counted each time.
        if (!isFiltered && _estimate is { } known && known.IsFresh && known.Rows > 2 * ExactUpTo)
            return Math.Max(known.Rows, atLeast);
        var exact = await rows.Take(ExactUpTo + 1).CountAsync();
        if (exact <= ExactUpTo)
            return exact;
        if (isFiltered)
            return Math.Max(exact, atLeast);
        var estimate = _estimate = new(await StatisticsAsync(db), Environment.TickCount64);
        return Math.Max(estimate.Rows, Math.Max(exact, atLeast));
    }

    // -1 if the table was never analysed, 0 for another store.
    private static async Task<long> StatisticsAsync(DbContext db)
    {
        if (db.Database.ProviderName != "Npgsql.EntityFrameworkCore.PostgreSQL")
            return 0;
        var mapped = db.Model.FindEntityType(typeof(TEntity));
        var table = mapped?.GetSchema() is { } schema ? $"\"{schema}\".\"{mapped.GetTableName()}\"" : $"\"{mapped?.GetTableName()}\"";
        return await db
            .Database.SqlQuery<long>(
                $"SELECT coalesce((SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass({table})), 0) AS \"Value\""
            )
            .SingleAsync();
    }

    private sealed record Estimate(long Rows, long Taken)
    {
        public bool IsFresh => Environment.TickCount64 - Taken < Kept.TotalMilliseconds;
    }
}
