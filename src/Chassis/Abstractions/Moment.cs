using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Mannam.Abstractions;

/// <summary>Moments as they are written: RFC 3339 with an offset. They are kept in UTC, to the microsecond, as stores keep them.</summary>
public static partial class Moment
{
    /// <summary>What is expected, as the end of a sentence.</summary>
    public const string Expected = "must be a moment that exists, as RFC 3339 writes it, such as 2027-03-01T09:00:00+09:00.";

    /// <summary>Reads <c>2027-03-01T09:00:00+09:00</c>. False where it is written otherwise, or there is no such moment.</summary>
    /// <param name="text">The text.</param>
    /// <param name="utc">The moment, in UTC.</param>
    public static bool TryRead(string text, out DateTime utc)
    {
        utc = default;
        if (Rfc3339().Match(text) is not { Success: true } parts)
            return false;
        var offset = parts.Groups["offset"].Value is "Z" or "z" ? "+00:00" : parts.Groups["offset"].Value;
        // A moment is kept to the microsecond, whatever digits follow.
        var fraction = parts.Groups["fraction"].Value.PadRight(6, '0')[..6];
        var written = $"{parts.Groups["date"].Value} {parts.Groups["time"].Value}.{fraction} {offset}";
        if (!DateTimeOffset.TryParseExact(written, "yyyy-MM-dd HH:mm:ss.ffffff zzz", CultureInfo.InvariantCulture, default, out var read))
            return false;
        utc = read.UtcDateTime;
        return true;
    }

    [GeneratedRegex(
        @"^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(\.(?<fraction>[0-9]+))?(?<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})\z"
    )]
    private static partial Regex Rfc3339();
}

/// <summary>A moment that is written as people in Korea read it, <c>2027-03-01 09:00:00</c>: <c>[property: JsonConverter(typeof(SeoulTime))]</c>, in records of
/// requests, views and events alike. RFC 3339 with an offset is read too. It is kept in UTC.</summary>
public sealed class SeoulTime : JsonConverter<DateTime>
{
    /// <summary>What is expected, as the end of a sentence.</summary>
    public const string Expected = "must be a moment that exists, as yyyy-MM-dd HH:mm:ss (Asia/Seoul) or as RFC 3339 writes it.";

    private const string Format = "yyyy-MM-dd HH:mm:ss";
    private static readonly TimeZoneInfo Seoul = TimeZoneInfo.FindSystemTimeZoneById("Asia/Seoul");

    /// <summary>Reads either form. False where it is written otherwise, or there is no such moment.</summary>
    /// <param name="text">The text.</param>
    /// <param name="utc">The moment, in UTC.</param>
    public static bool TryRead(string text, out DateTime utc)
    {
        if (!DateTime.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return Moment.TryRead(text, out utc);
        // Clocks were put forward in some years: there was no such hour.
        var exists = !Seoul.IsInvalidTime(local);
        utc = exists ? TimeZoneInfo.ConvertTimeToUtc(local, Seoul) : default;
        return exists;
    }

    /// <summary>Writes it, in Seoul's time.</summary>
    /// <param name="utc">The moment, in UTC.</param>
    public static string Write(DateTime utc) => TimeZoneInfo.ConvertTimeFromUtc(utc, Seoul).ToString(Format, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryRead(reader.GetString() ?? "", out var utc) ? utc : throw new JsonException($"it {Expected}");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(Write(value));
    }
}
