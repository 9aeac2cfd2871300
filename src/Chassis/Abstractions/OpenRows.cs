namespace Mannam.Abstractions;

/// <summary>Rows of a table that a crash may have left open.</summary>
/// <param name="Table">The table. Its column <c>key</c> has the correlation key.</param>
/// <param name="Where">The condition of open rows, in SQL.</param>
/// <param name="Since">The column with the time since when a row is open. The database sets it.</param>
public sealed record OpenRows(string Table, string Where, string Since);
