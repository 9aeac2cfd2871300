using System.Text;
using Mannam.Abstractions;
using Mannam.PostgreSql;
using Mannam.Taxi.MyPage;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Chassis.PostgreSql;

/// <summary>Texts are compared by their NFC forms, both in memory and in the store.</summary>
public sealed class TextsTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("각", "\u1100\u1161\u11A8")]
    [InlineData("é", "e\u0301")]
    [InlineData("Å", "\u212B")]
    [InlineData("ở", "o\u0309\u031B")]
    public void Texts_with_equal_NFC_forms_are_equal(string one, string other)
    {
        Assert.True(UnicodeText.AreEqual(one, other));
        Assert.True(UnicodeText.AreEqual(other, one));
    }

    [Theory]
    [InlineData("a", "A")]
    [InlineData("ﬁ", "fi")]
    [InlineData("Ａ", "A")]
    [InlineData("e", "é")]
    [InlineData("", null)]
    public void Texts_with_different_NFC_forms_are_not_equal(string one, string? other) => Assert.False(UnicodeText.AreEqual(one, other));

    [Theory]
    [InlineData("김")]
    [InlineData("José")]
    [InlineData("🏳️‍🌈 ở Å ﬁ Ａ")]
    public async Task PostgreSQL_normalizes_a_text_to_the_same_form_as_memory(string text)
    {
        await using var connection = new NpgsqlConnection(await postgres.CreateDatabaseAsync());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        foreach (var form in (NormalizationForm[])[NormalizationForm.FormC, NormalizationForm.FormD])
        {
            await using var command = new NpgsqlCommand("select normalize($1)", connection);
            command.Parameters.Add(new() { Value = text.Normalize(form) });
            Assert.Equal(UnicodeText.Nfc(text), await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_filter_by_a_name_uses_the_index()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database + ";Options=-c enable_seqscan=off -c plan_cache_mode=force_generic_plan");
        await new Schema(("taxi.mypage", typeof(MyPage).Assembly, "Mannam.Taxi.MyPage/Schema.sql")).ApplyAsync(
            source,
            TestContext.Current.CancellationToken
        );
        await using var db = new ServiceDb<MyPage>(new DbContextOptionsBuilder<ServiceDb<MyPage>>().UseNpgsql(source).Options);
        var customer = "김";
        var pages = db.Set<MyPage>().Where(p => UnicodeText.Nfc(p.Customer) == UnicodeText.Nfc(customer)).OrderBy(p => p.Key).Take(20);

        await using var command = (NpgsqlCommand)pages.CreateDbCommand();
        command.Connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(" OR ", command.CommandText, StringComparison.Ordinal);
        command.CommandText = "explain " + command.CommandText;
        var plan = new StringBuilder();
        await using (var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            while (await rows.ReadAsync(TestContext.Current.CancellationToken))
                plan.AppendLine(rows.GetString(0));
        }
        Assert.Contains("my_pages_customer", plan.ToString(), StringComparison.Ordinal);
        Assert.Contains("Index Cond: (normalize(customer", plan.ToString(), StringComparison.OrdinalIgnoreCase);
        await command.Connection.DisposeAsync();
    }
}
