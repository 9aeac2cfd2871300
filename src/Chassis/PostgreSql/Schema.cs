using System.Reflection;
using System.Text.RegularExpressions;
using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>A service's tables: numbered SQL scripts, each applied once and in order, under a lock, so that replicas may start together.</summary>
/// <remarks>A script is an embedded <c>.sql</c> file. A line <c>-- 1: what it does</c> begins step 1. An applied step is never edited.</remarks>
public sealed partial class Schema(params (string Scope, Assembly Assembly, string Resource)[] scripts)
{
    // In seconds.
    private const int LongestStep = 300;

    private readonly List<Step> _steps = [.. scripts.SelectMany(s => Read(s.Scope, s.Assembly, s.Resource))];

    private sealed record Step(string Scope, int Number, string Sql);

    /// <summary>Applies the missing steps.</summary>
    /// <exception cref="PostgresException">A step failed; nothing of it is stored.</exception>
    public async Task ApplyAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Another replica may be applying the steps. The wait for it has no limit.
        await ExecuteAsync(connection, "set local lock_timeout = 0", ct);
        await ExecuteAsync(connection, "select pg_advisory_xact_lock(77001520, 1)", ct);
        await ExecuteAsync(
            connection,
            "create table if not exists schema_steps (scope text, number int, applied timestamptz not null default now(), primary key (scope, number))",
            ct
        );
        foreach (var step in await MissingAsync(connection, ct))
        {
            await ExecuteAsync(connection, step.Sql, ct);
            await ExecuteAsync(connection, $"insert into schema_steps (scope, number) values ('{step.Scope}', {step.Number})", ct);
        }
        await transaction.CommitAsync(ct);
    }

    /// <summary>Whether all steps are applied and the store can be written: a sequence returns no number on a read-only store. It waits for no lock.</summary>
    /// <exception cref="PostgresException">The store cannot be written now, or refuses for another reason.</exception>
    public async Task<bool> IsCurrentAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(Applied));
        batch.BatchCommands.Add(new("select nextval('writes')"));
        await using var rows = await batch.ExecuteReaderAsync(ct);
        if ((await MissingAsync(rows, ct)).Count > 0)
            return false;
        await rows.NextResultAsync(ct);
        return true;
    }

    private const string Applied = "select scope, number from schema_steps";

    private async Task<List<Step>> MissingAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Applied, connection);
        await using var rows = await command.ExecuteReaderAsync(ct);
        return await MissingAsync(rows, ct);
    }

    private async Task<List<Step>> MissingAsync(NpgsqlDataReader rows, CancellationToken ct)
    {
        var applied = new HashSet<(string, int)>();
        while (await rows.ReadAsync(ct))
            applied.Add((rows.GetString(0), rows.GetInt32(1)));
        return _steps.FindAll(s => !applied.Contains((s.Scope, s.Number)));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = LongestStep };
        await command.ExecuteNonQueryAsync(ct);
    }

    private static IEnumerable<Step> Read(string scope, Assembly assembly, string resource)
    {
        using var stream =
            assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{assembly.GetName().Name} has no embedded script {resource}");
        using var reader = new StreamReader(stream);
        var parts = NumberedLine().Split(reader.ReadToEnd());
        // The text before the first number, then number and script in turn.
        for (var i = 1; i + 1 < parts.Length; i += 2)
            yield return new Step(scope, int.Parse(parts[i], System.Globalization.CultureInfo.InvariantCulture), parts[i + 1]);
    }

    [GeneratedRegex(@"^-- (\d+):.*$", RegexOptions.Multiline)]
    private static partial Regex NumberedLine();
}
