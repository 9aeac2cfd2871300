using Microsoft.EntityFrameworkCore;

namespace Mannam.Http;

/// <summary>
/// How many rows a collection has: exact up to 10,000, beyond that what the store's statistics say (or, for a filtered collection, what is known at
/// least), so that a page of a large table costs no count of it.
/// </summary>
internal sealed class RowCount<TEntity>
    where TEntity : class
{
    private const int ExactUpTo = 10_000;
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    private Estimate? _estimate;

    /// <param name="db">Where the rows are.</param>
    /// <param name="rows">What is counted.</param>
    /// <param name="isFiltered">The statistics of the table do not tell about these rows.</param>
    /// <param name="atLeast">The number of rows that was seen already.</param>
    public async Task<long> OfAsync(DbContext db, IQueryable<TEntity> rows, bool isFiltered, long atLeast)
    {
        // A table far beyond the limit does not come back under it within seconds: its rows need not be counted each time.
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

    // -1 where the table was never analysed, 0 where the store is another.
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
