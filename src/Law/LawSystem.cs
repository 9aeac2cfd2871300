using Mannam.Law.Events;

namespace Mannam.Law;

/// <summary>법률상담: a client asks for advice and pays the fee; a lawyer accepts, but for clients outside the area served, who get their money back.</summary>
public static class LawSystem
{
    /// <summary>All of it.</summary>
    public static SystemDeclaration Declaration { get; } =
        new(
            "law",
            "Law (법률상담)",
            "consultId",
            [
                Payment.PaymentService.Declaration,
                Consult.ConsultService.Declaration,
                Schedule.ScheduleService.Declaration,
                Board.BoardService.Declaration,
            ]
        );
}

/// <summary>How what travels is written and read: resources, events, what is asked.</summary>
[JsonSerializable(typeof(ConsultState))]
[JsonSerializable(typeof(ConsultMade))]
[JsonSerializable(typeof(ConsultPayed))]
[JsonSerializable(typeof(ConsultCancelled))]
[JsonSerializable(typeof(ConsultDenied))]
[JsonSerializable(typeof(PaymentState))]
[JsonSerializable(typeof(PaymentApproved))]
[JsonSerializable(typeof(PaymentCancelled))]
[JsonSerializable(typeof(PaymentDisabled))]
[JsonSerializable(typeof(ScheduleState))]
[JsonSerializable(typeof(ScheduleReceived))]
[JsonSerializable(typeof(ScheduleAccepted))]
[JsonSerializable(typeof(ScheduleCancelled))]
[JsonSerializable(typeof(ScheduleDenied))]
[JsonSerializable(typeof(ApprovalRequest))]
[JsonSerializable(typeof(GiveBackDue))]
[JsonSerializable(typeof(Consult.FeeView))]
[JsonSerializable(typeof(Board.Line))]
internal sealed partial class LawJson : JsonSerializerContext
{
    public static LawJson Instance { get; } = new(EventSerializer.Options());
}
