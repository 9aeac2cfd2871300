using System.Globalization;
using Xunit;

namespace Mannam.Tests.Law;

/// <summary>POST /payment/approve answers 200 with the payment's id or with -1.</summary>
public sealed class PaymentHttpTests(LawMachine law) : IClassFixture<LawMachine>
{
    private async Task<(long Code, string? Message)> ApproveAsync(long consultId, long payAmount = 150000)
    {
        using var http = law.Inside("law.payment");
        var answer = await http.AskAsync(
                "POST /payment/approve",
                new
                {
                    consultId,
                    payType = "CARD",
                    payAmount,
                    mobile = "010",
                }
            )
            .Gives(200);
        return (long.Parse(answer.At("resultCode")!, CultureInfo.InvariantCulture), answer.At("resultMessage"));
    }

    [Fact]
    public async Task The_result_code_is_the_payment_id_and_is_the_same_on_repetition()
    {
        var (code, message) = await ApproveAsync(1001);
        Assert.Equal(code.ToString(CultureInfo.InvariantCulture), message);
        Assert.Equal((code, message), await ApproveAsync(1001));
        Assert.Equal(-1, (await ApproveAsync(1001, 5)).Code);
        var (next, _) = await ApproveAsync(1000);
        Assert.True(next > code);
        var all = (await law.Http.AskAsync("GET /payment?sort=paymentId,desc").Gives(200)).Rows("payment");
        Assert.Equal([next, code], all.Select(p => (long)p["paymentId"]!).Where(p => p == code || p == next));
    }

    [Fact]
    public async Task A_declined_payment_answers_minus_one_with_a_reason_and_stores_nothing()
    {
        await using (await law.Http.ProviderAsync(new { declineAbove = 1000 }))
        {
            var (code, why) = await ApproveAsync(1002);
            Assert.Equal(-1, code);
            Assert.NotEmpty(why!);
        }
        Assert.Null(await law.Http.PaymentStatusAsync(1002));
        Assert.True((await ApproveAsync(1002)).Code > 0);
    }

    [Fact]
    public async Task A_cancelled_consult_gets_minus_one_and_no_money_is_taken()
    {
        var id = await law.Http.MakeAsync();
        await law.Http.CancelConsultAsync(id).Gives(204);
        await law.Machine.SettledAsync(id);
        Assert.Equal(-1, (await ApproveAsync(id)).Code);
        Assert.Empty(await law.Http.LedgerAsync($"law-{id}"));
    }

    [Fact]
    public async Task Malformed_fields_of_a_payment_are_named()
    {
        using var http = law.Inside("law.payment");
        await http.AskAsync("POST /payment/approve", "{}").Refuses(400, "consultId", "payType", "payAmount", "mobile");
    }
}
