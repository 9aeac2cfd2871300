using Mannam.Tests.Chassis.Http;
using Npgsql;
using Xunit;

namespace Mannam.Tests;

/// <summary>Requests with an Idempotency-Key, and what services store about them.</summary>
internal static class Keyed
{
    /// <summary>A key that was not used before.</summary>
    public static string NewKey() => Guid.NewGuid().ToString();

    public static Task<Answer> KeyedAsync(this HttpClient http, string call, string key, object? body) =>
        http.AskAsync(call, body, ("Idempotency-Key", key));

    /// <summary>Repeats the request until the first one with that key has an answer.</summary>
    public static async Task<Answer> AskUntilSettledAsync(this HttpClient http, string call, string key, object? body)
    {
        for (var end = DateTime.UtcNow.AddSeconds(60); ; )
        {
            var answer = await http.KeyedAsync(call, key, body);
            if (answer.Status != 409 || DateTime.UtcNow > end)
                return answer;
            Assert.NotNull(answer.Header("Retry-After"));
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asserts that both answers have the same status, headers and body.</summary>
    public static void IsAgain(this Answer again, Answer first) => Assert.Equal(Visible(first), Visible(again));

    /// <summary>The number of rows of a collection.</summary>
    public static async Task<long> CountAsync(this HttpClient http, string collection) =>
        (long)(await http.AskAsync($"GET {collection}?size=1").Gives(200)).Json["page"]!["totalElements"]!;

    /// <summary>Runs SQL in the database of one service.</summary>
    public static async Task ExecuteAsync(this PostgresFixture postgres, string database, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(await postgres.ServerAsync())
            {
                Database = database,
                Pooling = false,
                CommandTimeout = 120,
            }.ToString()
        );
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string?[] Visible(Answer answer) =>
        [$"{answer.Status}", answer.Header("Location"), answer.ContentType, answer.Header("ETag"), answer.Body];
}
