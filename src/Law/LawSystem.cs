namespace Mannam.Law;

/// <summary>법률상담: a client asks for advice and pays the fee, and a lawyer accepts. Clients outside the areas served get their money back.</summary>
public static class LawSystem
{
    /// <summary>The system and its services.</summary>
    public static SystemDeclaration Declaration { get; } =
        new SystemDeclaration("law", "Law (법률상담)", "consultId")
            .With(Payment.PaymentService.Declaration)
            .With(Consult.ConsultService.Declaration)
            .With(Schedule.ScheduleService.Declaration)
            .With(Board.BoardService.Declaration);
}

/// <summary>The JSON of all that travels: resources, events, requests between services.</summary>
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
internal sealed partial class LawJson : JsonSerializerContext;
