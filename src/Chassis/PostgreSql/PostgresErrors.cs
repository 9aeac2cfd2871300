using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>Reads PostgreSQL's failures. <see cref="SqlStates"/> classifies the codes.</summary>
internal sealed class PostgresErrors : IStoreErrors
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Any use of this package registers the reader of its failures.")]
    internal static void Register() => StoreFailures.Register(new PostgresErrors());

    /// <inheritdoc/>
    public StoreError? Read(Exception e) =>
        e switch
        {
            PostgresException said => new StoreError(FaultOf(said), said.SqlState)
            {
                IsDuplicate = said.SqlState == PostgresErrorCodes.UniqueViolation,
                Constraint = said.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation
                    ? said.ConstraintName
                    : null,
                IsDone = said.SqlState == SqlStates.Done,
                IsLocked = said.SqlState == PostgresErrorCodes.LockNotAvailable,
                IsStatementLost = IsStatementLost(said),
                IsTransientConflict = said.SqlState.StartsWith("40", StringComparison.Ordinal),
            },
            // Includes the driver's own errors on a dead connection (npgsql/npgsql#2912, #6264).
            NpgsqlException or NullReferenceException { Source: "Npgsql" } => new StoreError(StoreFault.Unreachable, null),
            _ => null,
        };

    /// <inheritdoc/>
    public string? WordsOf(string code) => code.Length == 5 ? SqlStates.WordsOf(code) : null;

    // After a FATAL error the server closes the connection, for any code.
    private static StoreFault FaultOf(PostgresException said) =>
        said.InvariantSeverity is "FATAL" or "PANIC" ? StoreFault.Unreachable : SqlStates.FaultOf(said.SqlState);

    private static bool IsStatementLost(PostgresException said) =>
        said.SqlState == PostgresErrorCodes.InvalidSqlStatementName
        || said.SqlState == PostgresErrorCodes.FeatureNotSupported && said.MessageText.Contains("cached plan", StringComparison.Ordinal);
}
