using Mannam.Messaging;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Unit.PostgreSql;

/// <summary>Whose fault a failure of the store is: requests, events and due things decide by the same table.</summary>
public sealed class FailuresTests
{
    [Theory]
    [InlineData("ERROR", "40001", StoreFault.Conflict, true)]
    [InlineData("ERROR", "23505", StoreFault.Conflict, false)]
    [InlineData("ERROR", "23503", StoreFault.Data, false)]
    [InlineData("ERROR", "22001", StoreFault.Data, false)]
    [InlineData("ERROR", "P0001", StoreFault.Data, false)]
    [InlineData("ERROR", "53100", StoreFault.Refused, true)]
    [InlineData("ERROR", "25006", StoreFault.Refused, true)]
    [InlineData("ERROR", "57014", StoreFault.Refused, true)]
    [InlineData("ERROR", "42501", StoreFault.Refused, true)]
    // What no edition of PostgreSQL knows yet.
    [InlineData("ERROR", "ZZ999", StoreFault.Refused, true)]
    [InlineData("FATAL", "53300", StoreFault.Unreachable, true)]
    [InlineData("FATAL", "28P01", StoreFault.Unreachable, true)]
    [InlineData("FATAL", "57P01", StoreFault.Unreachable, true)]
    [InlineData("ERROR", "08006", StoreFault.Unreachable, true)]
    public void A_state_has_one_meaning_for_all(string severity, string state, StoreFault fault, bool isOutside)
    {
        var said = new PostgresException("what it says", severity, severity, state);
        foreach (var e in new Exception[] { said, new DbUpdateException("wrapped", said) })
        {
            Assert.Equal(fault, StoreFailures.Of(e));
            Assert.Equal(isOutside, StoreFailures.IsExternal(e));
            Assert.DoesNotContain("says", StoreFailures.PublicText(e), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_words_of_an_exception_are_shown_to_everybody()
    {
        var secret = new InvalidOperationException("Peter's ride");
        foreach (var e in new Exception[] { secret, new NpgsqlException("Peter's ride", secret), new IOException("Peter's ride") })
            Assert.DoesNotContain("Peter", StoreFailures.PublicText(e), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_the_stores_is_nobodys_of_it()
    {
        Assert.Equal(StoreFault.None, StoreFailures.Of(new InvalidOperationException("a bug")));
        Assert.False(StoreFailures.IsExternal(new InvalidOperationException("a bug")));
    }
}
