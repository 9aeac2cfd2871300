using Mannam.Abstractions;

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
