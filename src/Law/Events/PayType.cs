namespace Mannam.Law.Events;

/// <summary>The ways to pay that a consult may name.</summary>
public static class PayType
{
    /// <summary>What people call each.</summary>
    public static readonly IReadOnlyDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["CARD"] = "신용카드",
        ["CASH"] = "현금",
        ["ZEROPAY"] = "제로페이",
        ["SAMSUNGPAY"] = "삼성페이",
        ["LGPAY"] = "LG페이",
        ["KAKAOPAY"] = "카카오페이",
        ["NAVERPAY"] = "네이버페이",
    };
}

/// <summary>A field of a request is one of them.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class PayTypeAttribute() : AllowedValuesAttribute([.. PayType.Names.Keys]);
