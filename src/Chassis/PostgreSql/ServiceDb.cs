using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Mannam.PostgreSql;

/// <summary>The store of a service as its aggregate says: the table by <c>[Table("matches")]</c>, what it consists of by its properties.</summary>
/// <param name="options">Of the one service's context.</param>
public class ServiceDb<TAggregate>(DbContextOptions options) : ServiceDb(options)
    where TAggregate : Aggregate
{
    protected sealed override void Map(ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Entity<TAggregate>().HasKey(aggregate => aggregate.Key);
    }
}

/// <summary>A service's own store, as the service maps it. The chassis' tables (outbox, inbox, due things …) are read and written in SQL alone.</summary>
/// <remarks>Columns are named as their properties, in snake_case. The tables are made by numbered SQL, not from this model.</remarks>
public abstract class ServiceDb(DbContextOptions options) : DbContext(options)
{
    /// <summary>Maps the service's own tables.</summary>
    protected abstract void Map(ModelBuilder model);

    protected sealed override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        Map(modelBuilder);
        MapUnicodeText(modelBuilder);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
            Name(entity);
    }

    // Lets queries use UnicodeText.Nfc: it is PostgreSQL's normalize, by which a column can be indexed.
    private static void MapUnicodeText(ModelBuilder model) =>
        model
            .HasDbFunction(typeof(UnicodeText).GetMethod(nameof(UnicodeText.Nfc))!)
            .HasName("normalize")
            .IsBuiltIn()
            // Without it EF Core adds "or both are null" to each comparison, and no index is used.
            .HasParameter("text")
            .PropagatesNullability();

    private static void Name(Microsoft.EntityFrameworkCore.Metadata.IMutableEntityType entity)
    {
        if (typeof(Aggregate).IsAssignableFrom(entity.ClrType))
        {
            var key = entity.FindProperty(nameof(Aggregate.Key)) ?? entity.AddProperty(entity.ClrType.GetProperty(nameof(Aggregate.Key))!);
            entity.SetPrimaryKey(key);
            // An id of its own (PaymentId of a Payment) is what EF Core takes for the key; it is null until there is one.
            foreach (var taken in entity.GetKeys().Where(k => !k.IsPrimaryKey()).ToList())
            {
                entity.RemoveKey(taken);
                foreach (var id in taken.Properties.Where(p => Nullable.GetUnderlyingType(p.ClrType) is not null))
                    (id.IsNullable, id.ValueGenerated) = (true, Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.Never);
            }
            key.ValueGenerated = Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.Never;
        }
        foreach (var property in entity.GetProperties())
            property.SetColumnName(SnakeCase(property.Name));
    }

    private static string SnakeCase(string name)
    {
        var snake = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (char.IsUpper(c) && snake.Length > 0)
                snake.Append('_');
            snake.Append(char.ToLowerInvariant(c));
        }
        return snake.ToString();
    }
}
