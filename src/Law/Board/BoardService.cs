using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Law.Events;
using Mannam.PostgreSql;

namespace Mannam.Law.Board;

/// <summary>마이페이지: the history of each consult, whatever load or failure the other services are under.</summary>
internal static class BoardService
{
    public static ServiceDeclaration Declaration =>
        // The lines are word for word the document's; the space at the beginning belongs to them.
        new ServiceDeclaration<History>("law", "board", "마이페이지", key => new History(key))
        {
            Paths = ["board"],
            Port = 8084,
            Schema = (typeof(BoardService).Assembly, "Mannam.Law.Board/Schema.sql"),
            JsonContext = LawEvents.Language,
        }
            .StoredIn<BoardDb, History>()
            .Serving(Api.Map)
            .Noting<ConsultMade>(e => $" mobile={e.Mobile}, location={e.Location}, payType={e.PayType}, payAmount={e.PayAmount}")
            .Noting<ConsultPayed>(_ => "", "paymentId", e => e.PaymentId)
            .Noting<ConsultCancelled>(_ => "사용자가 상담요청을 취소하였습니다.", "consultId", e => e.ConsultId)
            .Noting<ConsultDenied>(_ => "상담요청이 거절되었습니다.", "consultId", e => e.ConsultId)
            .Noting<PaymentApproved>(_ => "", "paymentId", e => e.PaymentId)
            .Noting<PaymentCancelled>(_ => "사용자에 의해 결제가 취소되었습니다.", "paymentId", e => e.PaymentId)
            .Noting<PaymentDisabled>(_ => "상담서비스 공급자에 의해 결제가 취소되었습니다.", "paymentId", e => e.PaymentId)
            .Noting<ScheduleReceived>(e => $" mobile={e.Mobile}, location={e.Location} : 법률상담 접수 대기중입니다. ")
            .Noting<ScheduleAccepted>(
                e => $"lawerName={e.LawerName} : 변호사가 상담 요청을 수락하였습니다.",
                "scheduleId",
                e => e.ScheduleId
            )
            .Noting<ScheduleCancelled>(_ => "접수된 상담요청이 사용자에 의해 취소되었습니다.", "scheduleId", e => e.ScheduleId)
            .Noting<ScheduleDenied>(e => $" mobile={e.Mobile}, location={e.Location} : 해당 지역은 법률상담이 불가합니다.");

    private static ServiceDeclaration<History> Noting<TEvent>(
        this ServiceDeclaration<History> board,
        Func<TEvent, string> description,
        string extraIdName = "",
        Func<TEvent, long?>? extraId = null
    ) =>
        board.Whenever<TEvent, DateTime>(
            (e, history, at) => history.Note(typeof(TEvent).Name, at, description(e), extraIdName, extraId?.Invoke(e)),
            (received, _) => ValueTask.FromResult(received.Time.UtcDateTime)
        );
}
