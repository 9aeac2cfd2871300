namespace Mannam.Insurance.Underwriting;

internal static class Policies
{
    /// <summary>What a new case needs to know.</summary>
    /// <param name="Id">Its own id.</param>
    /// <param name="Underwriter">The underwriter with the fewest open cases.</param>
    public sealed record Known(long Id, long Underwriter);

    public static IMessage[] Whenever(PaymentIdConfirmed paid, Underwriting underwriting, Known known) =>
        underwriting.Assign(paid.PaymentId, known.Id, known.Underwriter);

    public static IMessage[] Whenever(UnderwriterIdConfirmed _, Underwriting underwriting) => underwriting.Confirm();

    public static IMessage[] Whenever(CancelRequested _, Underwriting underwriting) => underwriting.Withdraw();
}
