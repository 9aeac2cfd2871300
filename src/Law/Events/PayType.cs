namespace Mannam.Law.Events;

/// <summary>The ways to pay that a consult may name.</summary>
public static class PayType
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["CARD"] = "신용카드",
        ["CASH"] = "현금",
        ["ZEROPAY"] = "제로페이",
        ["SAMSUNGPAY"] = "삼성페이",
        ["LGPAY"] = "LG페이",
        ["KAKAOPAY"] = "카카오페이",
        ["NAVERPAY"] = "네이버페이",
    };

    /// <summary>All of them, as they are on the wire.</summary>
    public static string[] All { get; } = [.. Names.Keys];

    /// <summary>What people call it.</summary>
    public static string NameOf(string payType) => Names[payType];
}
