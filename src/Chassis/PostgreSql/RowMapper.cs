using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace Mannam.PostgreSql;

/// <summary>Writes an entity as a row of its table, and finds it by its key, as mapped by EF Core's model.</summary>
/// <remarks>EF Core answers reads. Its way of saving (tracked entries, modifications, generated texts) took a third of the services' time on the hot path,
/// and its queries cannot share a round trip with others (docs/decisions/ef-core-and-row-mapper.md). Items that an aggregate adds to its own collection are
/// appended to that collection's table, and not read.</remarks>
internal sealed class RowMapper<TRow> : IChangeDetector<TRow>
    where TRow : class
{
    private readonly Column<TRow>[] _columns;
    private readonly ChildCollection<TRow>[] _children;
    private readonly string _insert;
    private readonly string _update;
    private readonly string _find;

    /// <exception cref="NotSupportedException">A column's value can be changed in place, which would not be noticed, or is converted, or cannot be set.</exception>
    public RowMapper(IEntityType entity)
    {
        Table = entity.GetTableName()!;
        // Columns that the store generates are not written.
        var properties = entity.GetProperties().Where(p => p.ValueGenerated == ValueGenerated.Never).ToList();
        _columns = [.. properties.Select(Column<TRow>.Of)];
        _children = [.. entity.GetNavigations().Where(n => n.IsCollection).Select(ChildCollection<TRow>.Of)];
        var places = properties.Select((p, i) => $"${i + 1}::{p.GetRelationalTypeMapping().StoreType}").ToList();
        var names = properties.ConvertAll(p => $"\"{p.GetColumnName()}\"");
        _insert = $"insert into {Table} ({string.Join(", ", names)}) values ({string.Join(", ", places)})";
        var set = properties.Select((p, i) => p.IsPrimaryKey() ? null : $"{names[i]} = {places[i]}").OfType<string>();
        var loaded = $"case when version = ${properties.Count + 1} then true else outdated() end";
        _update = $"update {Table} set {string.Join(", ", set)} where key = ${KeyAt(properties)} and {loaded}";
        _find = $"select {string.Join(", ", names)} from {Table} where key = any($1)";
    }

    /// <summary>The table's name.</summary>
    public string Table { get; }

    // Only rows of aggregates are updated.
    private static int KeyAt(List<IProperty> properties) => properties.FindIndex(p => p.Name == nameof(Aggregate.Key)) + 1;

    /// <summary>Inserts a row.</summary>
    public NpgsqlBatchCommand Insert(TRow row)
    {
        var command = new NpgsqlBatchCommand(_insert);
        foreach (var column in _columns)
            command.Parameters.Add(column.Parameter(row));
        return command;
    }

    /// <summary>Updates all columns of the row with this key and version. Fails if the stored version is another one; changes nothing if the row is gone.</summary>
    public NpgsqlBatchCommand Update(TRow row, int version)
    {
        var command = new NpgsqlBatchCommand(_update);
        foreach (var column in _columns)
            command.Parameters.Add(column.Parameter(row));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = version });
        return command;
    }

    /// <summary>Selects the rows with these keys, for <see cref="ReadAsync"/>.</summary>
    /// <param name="keys">Their keys.</param>
    /// <param name="toBeChanged">Whether to lock the rows: it waits for other changes, and reads their result.</param>
    public NpgsqlBatchCommand Find(IEnumerable<long> keys, bool toBeChanged = false) =>
        new(toBeChanged ? _find + " for update" : _find)
        {
            Parameters = { new NpgsqlParameter<long[]> { TypedValue = [.. keys.Distinct()] } },
        };

    /// <summary>The found rows, each as a new object with its key.</summary>
    public async Task<List<TRow>> ReadAsync(NpgsqlDataReader rows, Func<long, TRow> create, CancellationToken ct)
    {
        var found = new List<TRow>();
        var key = rows.GetOrdinal("key");
        while (await rows.ReadAsync(ct))
        {
            var row = create(rows.GetInt64(key));
            for (var i = 0; i < _columns.Length; i++)
                _columns[i].Read(row, rows, i);
            found.Add(row);
        }
        return found;
    }

    /// <summary>Copies a row into another object, without items added to its collections.</summary>
    public TRow Copy(TRow from, TRow to)
    {
        foreach (var column in _columns)
            column.Copy(from, to);
        return to;
    }

    /// <summary>Whether both would be stored as the same row.</summary>
    public bool IsSame(TRow one, TRow other) => _columns.All(c => c.IsSame(one, other));

    /// <summary>Whether items were added to its collections.</summary>
    public bool HasAdded(TRow row) => _children.Any(c => c.Any(row));

    /// <summary>Takes the added items out of its collections, as inserts.</summary>
    public IEnumerable<NpgsqlBatchCommand> TakeAdded(TRow row) => _children.SelectMany(c => c.Take(row));
}

/// <summary>A column of a row.</summary>
internal abstract class Column<TRow>
{
    public abstract NpgsqlParameter Parameter(TRow row);

    public abstract void Read(TRow row, NpgsqlDataReader from, int at);

    public abstract void Copy(TRow from, TRow to);

    public abstract bool IsSame(TRow one, TRow other);

    public static Column<TRow> Of(IProperty property)
    {
        var type = property.ClrType;
        if (property.GetValueConverter() is not null || property.PropertyInfo is null || !(type.IsValueType || type == typeof(string)))
        {
            throw new NotSupportedException(
                $"{property.DeclaringType.ClrType.Name}.{property.Name}: a column must be a property with a value type or a text"
            );
        }

        return (Column<TRow>)Activator.CreateInstance(typeof(Column<,>).MakeGenericType(typeof(TRow), type), property)!;
    }
}

internal sealed class Column<TRow, TValue>(IProperty property) : Column<TRow>
{
    private readonly Func<TRow, TValue> _read = property.PropertyInfo!.GetMethod!.CreateDelegate<Func<TRow, TValue>>();
    private readonly Action<TRow, TValue> _write = Setter(property).CreateDelegate<Action<TRow, TValue>>();

    // A private setter is visible only on its declaring type.
    private static MethodInfo Setter(IProperty property) =>
        property
            .PropertyInfo!.DeclaringType!.GetProperty(property.Name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!
            .SetMethod
        ?? throw new NotSupportedException($"{property.DeclaringType.ClrType.Name}.{property.Name}: a column needs a setter");

    public override void Read(TRow row, NpgsqlDataReader from, int at) =>
        _write(row, from.IsDBNull(at) ? default! : from.GetFieldValue<TValue>(at));

    public override void Copy(TRow from, TRow to) => _write(to, _read(from));

    public override NpgsqlParameter Parameter(TRow row) => new NpgsqlParameter<TValue> { TypedValue = _read(row) };

    public override bool IsSame(TRow one, TRow other) => EqualityComparer<TValue>.Default.Equals(_read(one), _read(other));
}

/// <summary>A collection of an aggregate that is only appended to.</summary>
internal abstract class ChildCollection<TRow>
{
    public abstract bool Any(TRow row);

    public abstract IReadOnlyList<NpgsqlBatchCommand> Take(TRow row);

    public static ChildCollection<TRow> Of(INavigation navigation) =>
        (ChildCollection<TRow>)
            Activator.CreateInstance(
                typeof(ChildCollection<,>).MakeGenericType(typeof(TRow), navigation.TargetEntityType.ClrType),
                navigation
            )!;
}

internal sealed class ChildCollection<TRow, TChild>(INavigation navigation) : ChildCollection<TRow>
    where TChild : class
{
    private readonly RowMapper<TChild> _map = new(navigation.TargetEntityType);
    private readonly Func<TRow, ICollection<TChild>> _read = navigation.PropertyInfo!.GetMethod!.CreateDelegate<
        Func<TRow, ICollection<TChild>>
    >();

    public override bool Any(TRow row) => _read(row).Count > 0;

    public override IReadOnlyList<NpgsqlBatchCommand> Take(TRow row)
    {
        var added = _read(row);
        NpgsqlBatchCommand[] commands = [.. added.Select(_map.Insert)];
        added.Clear();
        return commands;
    }
}
