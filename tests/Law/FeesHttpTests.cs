using Xunit;

namespace Mannam.Tests.Law;

/// <summary>Settings of Law: the list of fees, and suspended pay types.</summary>
public sealed class FeesHttpTests(LawMachine law) : IClassFixture<LawMachine>
{
    private HttpClient Http => law.Http;

    [Fact]
    public async Task Every_amount_is_accepted_and_the_fee_list_is_empty_without_a_price_list()
    {
        await law.StartAsync();
        var fees = await Http.AskAsync("GET /consult/fees").Gives(200);
        Assert.Empty(fees.Rows("fees"));
        Assert.Equal((0, 0), ((int)fees.Json["page"]!["totalElements"]!, (int)fees.Json["page"]!["totalPages"]!));
        await Http.AskAsync("POST /consult", LawCalls.Wish(1)).Gives(201);
    }

    [Fact]
    public async Task A_price_list_is_readable_and_an_amount_that_is_not_on_it_is_400()
    {
        await law.StartAsync(("Law:Consult:Fees", "전화=30000,방문=150000"));
        var fees = await Http.AskAsync("GET /law/consult/fees").Gives(200);
        Assert.Equal(["방문 150000", "전화 30000"], fees.Rows("fees").Select(f => $"{f["kind"]} {f["won"]}"));
        Assert.Equal(2, (int)fees.Json["page"]!["totalElements"]!);
        var self = (string)fees.Rows("fees")[1]["_links"]!["self"]!["href"]!;
        Assert.Equal(Uri.EscapeDataString("전화"), self.Split('/')[^1]);
        Assert.Equal("30000", (await Http.AskAsync($"GET {new Uri(self).AbsolutePath}").Gives(200)).At("won"));
        await Http.AskAsync("GET /consult/fees/nothing").Refuses(404);
        Assert.Equal(
            ["전화"],
            (await Http.AskAsync("GET /consult/fees?page=1&size=1").Gives(200)).Rows("fees").Select(f => (string)f["kind"]!)
        );
        await Http.AskAsync("GET /consult/fees?size=0").Refuses(400, "size");
        await Http.AskAsync("POST /consult", LawCalls.Wish(30001)).Refuses(400, "payAmount");
        await Http.AskAsync("POST /consult", LawCalls.Wish(30000)).Gives(201);
    }

    [Fact]
    public async Task A_suspended_pay_type_is_declined_at_payment_and_not_before()
    {
        await law.StartAsync();
        var before = await Http.MakeAsync();
        await Http.PayAsync(before).Gives(200);
        await law.StartAsync(("Law:Payment:Suspended", "ZEROPAY,CARD"));
        var id = await Http.MakeAsync();
        var declined = await Http.PayAsync(id).Refuses(402);
        Assert.Equal("결제 처리에 실패하였습니다. :: 제로페이 결제는 일시적으로 중단됩니다.", declined.At("detail"));
        Assert.Equal("CREATED", await Http.StatusAsync(id));
        Assert.Empty(await Http.LedgerAsync($"law-{id}"));
        await Http.PayAsync(await Http.MakeAsync(payType: "KAKAOPAY")).Gives(200);
        // An earlier payment stays valid.
        using var payment = law.Inside("law.payment");
        var again = await payment
            .AskAsync(
                "POST /payment/approve",
                new
                {
                    consultId = before,
                    payType = "ZEROPAY",
                    payAmount = 150000,
                    mobile = "0",
                }
            )
            .Gives(200);
        Assert.NotEqual("-1", again.At("resultCode"));
    }
}
