using System.Globalization;
using Mannam.Chassis.Messaging;
using Npgsql;

namespace Mannam.Chassis.Hosting;

/// <summary>What waits because it fails again and again for reasons outside of it. It goes on by itself, but somebody should know.</summary>
/// <param name="What"><c>events</c>, or the kind of a due thing.</param>
/// <param name="Failure">Who refuses it, and why.</param>
/// <param name="Number">How many.</param>
/// <param name="Since">Since when the oldest waits so.</param>
internal sealed record BlockedWork(string What, ExternalFailure Failure, long Number, DateTimeOffset Since)
{
    private const string Counted = """
        select 'events', kind, coalesce(code, ''), count(*), min(refused_since) from waiting where refused_since is not null group by 1, 2, 3
        union all
        select kind, split_part(code, ' ', 1), substr(code, position(' ' in code) + 1), count(*), min(failing_since) from due
        where failing_since is not null group by 1, 2, 3
        order by 1, 2, 3
        """;

    /// <summary>Counts it, all of a service's database.</summary>
    public static NpgsqlBatchCommand Count() => new(Counted);

    /// <summary>Reads what was counted.</summary>
    public static async Task<IReadOnlyList<BlockedWork>> ReadAsync(NpgsqlDataReader rows, CancellationToken ct)
    {
        var held = new List<BlockedWork>();
        while (await rows.ReadAsync(ct))
            held.Add(
                new(
                    rows.GetString(0),
                    new ExternalFailure(rows.GetString(1), rows.GetString(2)),
                    rows.GetInt64(3),
                    rows.GetFieldValue<DateTimeOffset>(4)
                )
            );
        return held;
    }

    /// <summary>For the page of health.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Number} since {Since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} by the {Failure.Source}: {Failure.Description}"
        );
}
