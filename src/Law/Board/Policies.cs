namespace Mannam.Law.Board;

/// <summary>The document's texts, word for word. Spaces at their ends belong to them.</summary>
internal static class Policies
{
    public static IMessage[] Whenever(ConsultMade e, History history, DateTime at) =>
        history.Note(e, at, $" mobile={e.Mobile}, location={e.Location}, payType={e.PayType}, payAmount={e.PayAmount}");

    public static IMessage[] Whenever(ConsultPayed e, History history, DateTime at) => history.Note(e, at, "", "paymentId", e.PaymentId);

    public static IMessage[] Whenever(ConsultCancelled e, History history, DateTime at) =>
        history.Note(e, at, "사용자가 상담요청을 취소하였습니다.", "consultId", e.ConsultId);

    public static IMessage[] Whenever(ConsultDenied e, History history, DateTime at) =>
        history.Note(e, at, "상담요청이 거절되었습니다.", "consultId", e.ConsultId);

    public static IMessage[] Whenever(PaymentApproved e, History history, DateTime at) => history.Note(e, at, "", "paymentId", e.PaymentId);

    public static IMessage[] Whenever(PaymentCancelled e, History history, DateTime at) =>
        history.Note(e, at, "사용자에 의해 결제가 취소되었습니다.", "paymentId", e.PaymentId);

    public static IMessage[] Whenever(PaymentDisabled e, History history, DateTime at) =>
        history.Note(e, at, "상담서비스 공급자에 의해 결제가 취소되었습니다.", "paymentId", e.PaymentId);

    public static IMessage[] Whenever(ScheduleReceived e, History history, DateTime at) =>
        history.Note(e, at, $" mobile={e.Mobile}, location={e.Location} : 법률상담 접수 대기중입니다. ");

    public static IMessage[] Whenever(ScheduleAccepted e, History history, DateTime at) =>
        history.Note(e, at, $"lawerName={e.LawerName} : 변호사가 상담 요청을 수락하였습니다.", "scheduleId", e.ScheduleId);

    public static IMessage[] Whenever(ScheduleCancelled e, History history, DateTime at) =>
        history.Note(e, at, "접수된 상담요청이 사용자에 의해 취소되었습니다.", "scheduleId", e.ScheduleId);

    public static IMessage[] Whenever(ScheduleDenied e, History history, DateTime at) =>
        history.Note(e, at, $" mobile={e.Mobile}, location={e.Location} : 해당 지역은 법률상담이 불가합니다.");
}
