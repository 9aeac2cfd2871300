using Mannam.Abstractions;
using Mannam.Host;
using Mannam.Host.Commands;
using Mannam.Hosting;
using Xunit;

namespace Mannam.Tests.Insurance;

/// <summary>Insurance's settings, also under the documents' variable names.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("1,2,1")]
    [InlineData("0")]
    [InlineData("Kim")]
    public void The_underwriter_pool_is_a_list_of_distinct_numbers_with_at_least_one(string pool)
    {
        var configured = ConfigurationFactory.From([], ["Insurance:Underwriting:Pool=" + pool]);
        var refused = Assert.Throws<ConfigurationException>(() => configured.Check(Machine.SettingsOf(Up.AllSystems)));
        Assert.StartsWith($"Mannam:Insurance:Underwriting:Pool is \"{pool}\", but ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api.url.payment")]
    [InlineData("prop.payment.url")]
    public void The_payment_address_can_be_set_by_the_documents_variable_names(string variable) =>
        Assert.Equal(
            "http://payment:8080",
            ConfigurationFactory.From([], [], name => name == variable ? "http://payment:8080" : null)[
                "Mannam:Insurance:Subscription:PaymentUrl"
            ]
        );
}
