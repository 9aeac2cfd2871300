using Mannam.Host;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Host;

/// <summary>A data folder may have any name: no shell interprets its path.</summary>
public sealed class PostgresPathTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mannam test ").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("-pri$HOME q\"uo' `touch ran` $(touch ran)")]
    [LongData("100%s\\n;touch ran;&|<>*?[a]!#~=")]
    [LongData("a line\nbreak\nor two")]
    [InlineData("만남 ,:;@\\\"\t")]
    public async Task A_private_PostgreSQL_works_in_a_folder_of_any_name(string name)
    {
        var data = Path.Combine(folder, name, ".mannam");
        var sockets = "";
        try
        {
            var started = await PrivatePostgres.StartAsync(data, 10, _ => { }, Ct);
            await using (started)
            {
                sockets = PrivatePostgres.SocketFolder(data);
                Assert.Equal(1, await AskAsync(started));
                var again = await PrivatePostgres.StartAsync(data, 10, _ => { }, Ct);
                Assert.Equal((true, started.ProcessId), (again.Adopted, again.ProcessId));
                Posix.Signal(started.ProcessId, Posix.KillAtOnce);
            }
            await using (var restarted = await PrivatePostgres.StartAsync(data, 10, _ => { }, Ct))
                Assert.Equal(1, await AskAsync(restarted));
            Assert.False(PrivatePostgres.IsRunning(data));
            Assert.Empty(Directory.GetFiles(folder, "ran", SearchOption.AllDirectories));
            Assert.True(new FileInfo(Path.Combine(data, "postgres.log")).Length > 0);
        }
        finally
        {
            if (Directory.Exists(sockets))
                Directory.Delete(sockets, recursive: true);
        }
    }

    [Theory]
    [InlineData("/opt/$HOME/bin")]
    [InlineData("/opt/`ls`/bin")]
    [InlineData("/opt/q\"uo/bin")]
    public void An_initdb_whose_path_has_shell_characters_is_not_run(string programs) =>
        Assert.Contains(
            programs,
            Assert.Throws<InvalidOperationException>(() => PostgresBinaries.Initdb(programs)).Message,
            StringComparison.Ordinal
        );

    private static async Task<int?> AskAsync(PrivatePostgres postgres)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand("select 1", connection);
        return (int?)await command.ExecuteScalarAsync(Ct);
    }
}
