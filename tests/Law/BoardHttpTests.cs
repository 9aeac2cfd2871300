using System.Text.Json.Nodes;
using Xunit;

namespace Mannam.Tests.Law;

/// <summary>The board: the history of a consult, word for word.</summary>
public sealed class BoardHttpTests(LawMachine law, PostgresFixture postgres) : IClassFixture<LawMachine>
{
    private HttpClient Http => law.Http;

    private async Task<JsonArray> BoardAsync(long id) => (await Http.AskAsync($"GET /board/myPage/{id}").Gives(200)).Json.AsArray();

    private static string[] Lines(JsonArray board) =>
        [.. board.Select(l => $"{l!["event"]}|{l["description"]}|{l["extraIdName"]}|{l["extraIdValue"]}").Order(StringComparer.Ordinal)];

    [Fact]
    public async Task The_board_of_an_accepted_and_cancelled_consult_has_each_line_once()
    {
        var id = await law.PaidAsync();
        var schedule = await Http.ScheduleOfAsync(id);
        await Http.AcceptAsync(schedule, "Kim").Gives(200);
        await law.Machine.SettledAsync(id);
        await Http.CancelConsultAsync(id).Gives(204);
        await law.Machine.SettledAsync(id);
        var payment = (await Http.AskAsync($"GET /consult/{id}").Gives(200)).At("paymentId");

        var board = await BoardAsync(id);
        Assert.Equal(
            [
                $"ConsultCancelled|사용자가 상담요청을 취소하였습니다.|consultId|{id}",
                "ConsultMade| mobile=01012345678, location=hanam, payType=ZEROPAY, payAmount=150000||",
                $"ConsultPayed||paymentId|{payment}",
                $"PaymentApproved||paymentId|{payment}",
                $"PaymentCancelled|사용자에 의해 결제가 취소되었습니다.|paymentId|{payment}",
                $"ScheduleAccepted|lawerName=Kim : 변호사가 상담 요청을 수락하였습니다.|scheduleId|{schedule}",
                $"ScheduleCancelled|접수된 상담요청이 사용자에 의해 취소되었습니다.|scheduleId|{schedule}",
                "ScheduleReceived| mobile=01012345678, location=hanam : 법률상담 접수 대기중입니다. ||",
            ],
            Lines(board)
        );
        Assert.Equal(
            ["id", "consultId", "event", "description", "extraIdName", "extraIdValue", "timestamp"],
            board[0]!.AsObject().Select(f => f.Key)
        );
        Assert.Null(board.Single(l => (string?)l!["event"] == "ConsultMade")!["extraIdValue"]);
        Assert.Equal(board.Select(l => (long)l!["id"]!).Order(), board.Select(l => (long)l!["id"]!));
    }

    [Fact]
    public async Task The_board_of_a_denied_consult_has_each_line_once()
    {
        var id = await law.PaidAsync("uijeongbu");
        var payment = (await Http.AskAsync($"GET /consult/{id}").Gives(200)).At("paymentId");
        Assert.Equal(
            [
                $"ConsultDenied|상담요청이 거절되었습니다.|consultId|{id}",
                "ConsultMade| mobile=01012345678, location=uijeongbu, payType=ZEROPAY, payAmount=150000||",
                $"ConsultPayed||paymentId|{payment}",
                $"PaymentApproved||paymentId|{payment}",
                $"PaymentDisabled|상담서비스 공급자에 의해 결제가 취소되었습니다.|paymentId|{payment}",
                "ScheduleDenied| mobile=01012345678, location=uijeongbu : 해당 지역은 법률상담이 불가합니다.||",
            ],
            Lines(await BoardAsync(id))
        );
    }

    [Fact]
    public async Task Board_lines_are_in_topic_order_with_the_times_of_their_events()
    {
        var id = await law.PaidAsync();
        var published = await EventLog.OfAsync(postgres, law, id);
        var board = await BoardAsync(id);
        Assert.Equal(published.Select(e => e.Type), board.Select(l => (string)l!["event"]!));
        Assert.Equal(
            published.Select(e => DateTimeOffset.Parse(e.Header("ce_time"), null)),
            board.Select(l => DateTimeOffset.Parse((string)l!["timestamp"]!, null))
        );
        Assert.All(board, l => Assert.EndsWith("Z", (string)l!["timestamp"]!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_board_of_an_unknown_consult_is_empty_and_other_paths_are_404()
    {
        Assert.Empty(await BoardAsync(99999));
        await Http.AskAsync("GET /board").Refuses(404);
        await Http.AskAsync("GET /board/myPage").Refuses(404);
        await Http.AskAsync("GET /board/myPage/x").Refuses(404);
    }
}
