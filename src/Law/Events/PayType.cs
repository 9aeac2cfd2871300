namespace Mannam.Law.Events;

/// <summary>The ways to pay.</summary>
public static class PayType
{
    /// <summary>What people call them, by their words on the wire.</summary>
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

/// <summary>The field is one of the ways to pay.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class PayTypeAttribute() : AllowedValuesAttribute([.. PayType.Names.Keys]);
