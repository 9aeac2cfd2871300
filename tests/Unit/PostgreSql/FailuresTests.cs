using Mannam.Messaging;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Unit.PostgreSql;

/// <summary>The classification of store failures, which is the same for requests, events and due messages.</summary>
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
    // A state that PostgreSQL does not define.
    [InlineData("ERROR", "ZZ999", StoreFault.Refused, true)]
    [InlineData("FATAL", "53300", StoreFault.Unreachable, true)]
    [InlineData("FATAL", "28P01", StoreFault.Unreachable, true)]
    [InlineData("FATAL", "57P01", StoreFault.Unreachable, true)]
    [InlineData("ERROR", "08006", StoreFault.Unreachable, true)]
    public void An_SQLSTATE_has_one_meaning_for_requests_events_and_due_messages(
        string severity,
        string state,
        StoreFault fault,
        bool isOutside
    )
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
    public void The_message_of_an_exception_is_never_public()
    {
        var secret = new InvalidOperationException("Peter's ride");
        foreach (var e in new Exception[] { secret, new NpgsqlException("Peter's ride", secret), new IOException("Peter's ride") })
            Assert.DoesNotContain("Peter", StoreFailures.PublicText(e), StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_that_is_not_of_the_store_is_no_store_failure()
    {
        Assert.Equal(StoreFault.None, StoreFailures.Of(new InvalidOperationException("a bug")));
        Assert.False(StoreFailures.IsExternal(new InvalidOperationException("a bug")));
    }
}
