using Mannam.Http;
using Mannam.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mannam.Tests.Chassis.Http;

public sealed class StoreFailureTests
{
    [Fact]
    public async Task An_unreachable_store_is_503_with_Retry_After()
    {
        await using var app = await TestApp.StartAsync(
            app => app.MapReads(OfferDb.Paged),
            services => services.AddSingleton<IDbContextFactory<DbContext>>(new OfferContexts("Host=127.0.0.1;Port=1;Username=x"))
        );
        foreach (var path in new[] { "/offers", "/offers/3" })
        {
            var answer = await app.SendAsync("GET", path);
            Assert.Equal((503, true), (answer.Status, answer.Header("Retry-After") is not null));
        }
    }

    [Theory]
    [InlineData("Npgsql", true)]
    [InlineData("Mannam.Messaging", false)]
    public void An_exception_counts_as_a_store_failure_only_if_the_driver_threw_it(string source, bool isStore)
    {
        var stumble = Assert.Throws<NullReferenceException>(() => ((object)null!).ToString());
        stumble.Source = source;

        Assert.Equal(isStore, StoreFailures.IsExternal(new InvalidOperationException("", stumble)));
    }
}
