using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>How a database is reached.</summary>
public static class Store
{
    /// <summary>Connections to a database whose columns have PostgreSQL's own types, so that none need be asked for which others there are.</summary>
    public static NpgsqlDataSource Open(string connectionString) =>
        new NpgsqlDataSourceBuilder(connectionString).ConfigureTypeLoading(types => types.EnableTypeLoading(false)).Build();
}
