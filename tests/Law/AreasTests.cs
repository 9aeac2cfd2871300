using Xunit;

namespace Mannam.Tests.Law;

/// <summary>The areas served are a setting that is re-read while the service runs.</summary>
public sealed class AreasTests(LawMachine law) : IClassFixture<LawMachine>
{
    [Fact]
    public async Task A_consult_paid_after_the_areas_changed_is_judged_by_the_new_areas()
    {
        Assert.Equal("RECEIVED", await ReceivedAsync("Bucheon"));
        Assert.Equal("DENIED", await ReceivedAsync("uijeongbu"));
        law.Configuration["Mannam:Law:Schedule:Areas"] = "uijeongbu, paju";
        Assert.Equal("RECEIVED", await ReceivedAsync("uijeongbu"));
        Assert.Equal("RECEIVED", await ReceivedAsync("PAJU"));
        Assert.Equal("DENIED", await ReceivedAsync("bucheon"));
    }

    private async Task<string?> ReceivedAsync(string location)
    {
        var id = await law.PaidAsync(location);
        return (await law.Http.AskAsync($"GET /schedule/search/findByConsultId?consultId={id}").Gives(200)).At("scheduleStatus");
    }
}
