namespace Mannam.Http;

/// <summary>
/// Reads a whole number in JSON's number grammar (RFC 8259, 6) by its digits: <c>250000.0</c> and <c>1e2</c> are whole, <c>12.5</c>
/// is not, and <c>1e999999999</c> costs no more than its characters.
/// </summary>
internal static class WholeNumber
{
    // No request is long enough to make larger exponents differ.
    private const long ExponentLimit = 1_000_000_000_000;

    /// <summary>True when all of <paramref name="text"/> is such a number, is whole, and fits 64 bits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        var negative = text.Length > 0 && text[0] == '-';
        var rest = negative ? text[1..] : text;

        var whole = TakeDigits(ref rest);
        if (whole.Length == 0 || (whole.Length > 1 && whole[0] == '0'))
            return false;
        ReadOnlySpan<byte> fraction = default;
        if (rest.Length > 0 && rest[0] == '.')
        {
            rest = rest[1..];
            fraction = TakeDigits(ref rest);
            if (fraction.Length == 0)
                return false;
        }
        return TryTakeExponent(ref rest, out var exponent)
            && rest.Length == 0
            && TryScale(whole, fraction.TrimEnd((byte)'0'), exponent, negative, out number);
    }

    private static ReadOnlySpan<byte> TakeDigits(scoped ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var digits = end < 0 ? rest : rest[..end];
        rest = rest[digits.Length..];
        return digits;
    }

    private static bool TryTakeExponent(scoped ref ReadOnlySpan<byte> rest, out long exponent)
    {
        exponent = 0;
        if (rest.Length == 0 || (rest[0] | 0x20) != 'e')
            return true;
        rest = rest[1..];
        var negative = rest.Length > 0 && rest[0] == '-';
        if (rest.Length > 0 && rest[0] is (byte)'-' or (byte)'+')
            rest = rest[1..];
        var digits = TakeDigits(ref rest);
        foreach (var digit in digits)
            exponent = Math.Min(ExponentLimit, exponent * 10 + (digit - '0'));
        exponent = negative ? -exponent : exponent;
        return digits.Length > 0;
    }

    private static bool TryScale(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, long exponent, bool negative, out long number)
    {
        number = 0;
        if (fraction.Length == 0)
        {
            // 100 is 1e2. Without trailing zeros, a number is whole exactly if no digits remain after the point.
            var significant = whole.TrimEnd((byte)'0');
            exponent += whole.Length - significant.Length;
            whole = significant;
        }
        exponent -= fraction.Length;
        UInt128 value = 0;
        if (!TryAppend(ref value, whole) || !TryAppend(ref value, fraction))
            return false;
        if (value == 0)
            return true;
        if (exponent is < 0 or > 19)
            return false;
        for (; exponent > 0; exponent--)
            value *= 10;
        var limit = (UInt128)long.MaxValue + (negative ? 1u : 0u);
        number = value > limit ? 0 : (long)(negative ? -(Int128)value : (Int128)value);
        return value <= limit;
    }

    // More than 19 significant digits never fit 64 bits: for a whole number the exponent only adds digits.
    private static bool TryAppend(ref UInt128 value, ReadOnlySpan<byte> digits)
    {
        foreach (var digit in digits)
        {
            value = value * 10 + (uint)(digit - '0');
            if (value > ulong.MaxValue)
                return false;
        }
        return true;
    }
}
