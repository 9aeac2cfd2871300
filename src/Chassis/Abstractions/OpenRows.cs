namespace Mannam.Abstractions;

/// <summary>The rows of a table that a crash may have left open.</summary>
/// <param name="Table">The table. Its correlation key is in the column <c>key</c>.</param>
/// <param name="Where">Which of its rows are open, as SQL.</param>
/// <param name="Since">The column that tells since when. The database sets it.</param>
public sealed record OpenRows(string Table, string Where, string Since);
