using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Mannam.PostgreSql;

/// <summary>A service's context, mapped from its aggregate: the table from <c>[Table("matches")]</c>, the columns from its properties.</summary>
/// <param name="options">The options of the service's context.</param>
public class ServiceDb<TAggregate>(DbContextOptions options) : ServiceDb(options)
    where TAggregate : Aggregate
{
    protected sealed override void Map(ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Entity<TAggregate>().HasKey(aggregate => aggregate.Key);
    }
}

/// <summary>A service's own context. The chassis' tables (outbox, inbox, due …) are only read and written in SQL.</summary>
/// <remarks>Columns have their properties' names in snake_case. Numbered SQL creates the tables, not this model.</remarks>
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

    // Lets queries use UnicodeText.Nfc: it becomes PostgreSQL's normalize, which an index can use.
    private static void MapUnicodeText(ModelBuilder model) =>
        model
            .HasDbFunction(typeof(UnicodeText).GetMethod(nameof(UnicodeText.Nfc))!)
            .HasName("normalize")
            .IsBuiltIn()
            // Without it EF Core adds "or both are null" to each comparison, which prevents the use of an index.
            .HasParameter("text")
            .PropagatesNullability();

    private static void Name(Microsoft.EntityFrameworkCore.Metadata.IMutableEntityType entity)
    {
        if (typeof(Aggregate).IsAssignableFrom(entity.ClrType))
        {
            var key = entity.FindProperty(nameof(Aggregate.Key)) ?? entity.AddProperty(entity.ClrType.GetProperty(nameof(Aggregate.Key))!);
            entity.SetPrimaryKey(key);
            // EF Core takes a second id (PaymentId of a Payment) for the key, but it is null at first.
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
