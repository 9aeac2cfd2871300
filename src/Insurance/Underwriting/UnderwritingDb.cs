namespace Mannam.Insurance.Underwriting;

internal sealed class UnderwritingDb(DbContextOptions<UnderwritingDb> options) : ServiceDb<Underwriting>(options)
{
    /// <summary>Of these underwriters the one with the fewest open cases; of several the one with the lowest id.</summary>
    public async ValueTask<long> LeastBusyAsync(IReadOnlyList<long> pool) =>
        pool is [var only]
            ? only
            : await Database
                .SqlQuery<long>(
                    $"""
                    select u.id as "Value" from unnest({pool.ToArray()}) u(id)
                    order by (select count(*) from underwritings where underwriter_id = u.id and status = 'underwriterAssigned'), u.id limit 1
                    """
                )
                .SingleAsync();
}
