using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Mannam.Abstractions;

/// <summary>Reads and writes points in time as RFC 3339 with an offset. Values are in UTC, with microseconds, which is the precision of stores.</summary>
public static partial class Moment
{
    /// <summary>The expected format, as the end of a sentence.</summary>
    public const string Expected = "must be a moment that exists, as RFC 3339 writes it, such as 2027-03-01T09:00:00+09:00.";

    /// <summary>Reads <c>2027-03-01T09:00:00+09:00</c>. Returns false for another format, or a point in time that does not exist.</summary>
    /// <param name="text">The text.</param>
    /// <param name="utc">The point in time, in UTC.</param>
    public static bool TryRead(string text, out DateTime utc)
    {
        utc = default;
        if (Rfc3339().Match(text) is not { Success: true } parts)
            return false;
        var offset = parts.Groups["offset"].Value is "Z" or "z" ? "+00:00" : parts.Groups["offset"].Value;
        // Further digits are dropped: the precision is a microsecond.
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

/// <summary>A point in time as people in Korea write it, <c>2027-03-01 09:00:00</c>: <c>[property: JsonConverter(typeof(SeoulTime))]</c>, in records of
/// requests, views and events. It also reads RFC 3339 with an offset. Values are in UTC.</summary>
public sealed class SeoulTime : JsonConverter<DateTime>
{
    /// <summary>The expected formats, as the end of a sentence.</summary>
    public const string Expected = "must be a moment that exists, as yyyy-MM-dd HH:mm:ss (Asia/Seoul) or as RFC 3339 writes it.";

    private const string Format = "yyyy-MM-dd HH:mm:ss";
    private static readonly TimeZoneInfo Seoul = TimeZoneInfo.FindSystemTimeZoneById("Asia/Seoul");

    /// <summary>Reads either format. Returns false for another format, or a point in time that does not exist.</summary>
    /// <param name="text">The text.</param>
    /// <param name="utc">The point in time, in UTC.</param>
    public static bool TryRead(string text, out DateTime utc)
    {
        if (!DateTime.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return Moment.TryRead(text, out utc);
        // Korea had daylight saving time in some years. The skipped hour does not exist.
        var exists = !Seoul.IsInvalidTime(local);
        utc = exists ? TimeZoneInfo.ConvertTimeToUtc(local, Seoul) : default;
        return exists;
    }

    /// <summary>Writes the local time in Seoul.</summary>
    /// <param name="utc">The point in time, in UTC.</param>
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
