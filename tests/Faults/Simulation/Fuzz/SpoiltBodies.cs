using System.Text;
using static Mannam.Simulation.Fuzz.Spoilt;

namespace Mannam.Simulation.Fuzz;

/// <summary>Bodies that are missing, are no JSON object, are no UTF-8, come slowly, or are far too large.</summary>
internal static class SpoiltBodies
{
    private const int TooLarge = 10 * 1024 * 1024;

    private static readonly byte[][] NoObjects =
    [
        .. new[] { "[]", "5", "\"price\"", "null", "true", "{", "}", "{\"price\":", "{\"price\":5}}", "{\"a\":1,}", "{'a':1}", "{a:1}" }
            .Concat(["{\"a\":NaN}", "{\"a\":01}", "{\"a\":1 /* */}", "{} x", " ", "\u0000", "{\"\\ud800\":1}", "<xml/>", "a=1&b=2"])
            .Select(Encoding.UTF8.GetBytes),
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))),
        Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 200) + new string(']', 200) + "}"),
        [0xef, 0xbb, 0xbf, .. "{}"u8],
        [0xff, 0xfe, (byte)'{', 0, (byte)'}', 0],
        [.. "{\"customer\":\""u8, 0xc3, 0x28, .. "\"}"u8],
        [.. "{\"customer\":\""u8, 0xed, 0xa0, 0x80, .. "\"}"u8],
        [.. "{\"customer\":\""u8, 0xf8, 0x88, 0x80, 0x80, 0x80, .. "\"}"u8],
        [.. "{\"customer\":\""u8, 0xc0, 0x80, .. "\"}"u8],
        [.. "{\"customer\":\"a"u8, 0, .. "b\"}"u8],
        [.. "{\"customer\":\"a"u8, 10, .. "forged: b\"}"u8],
    ];

    public static IReadOnlyList<Spoilt> All { get; } =
    [
        new(
            "no body",
            d => d.Operation.TakesBody,
            (d, random) =>
            {
                d.Fields.Clear();
                d.Body = null;
                d.ContentType = One(random, null, "application/json");
                var required = d.Operation.Fields.Where(f => f.Required).Select(f => f.Name).ToList();
                return d.Operation.Method == "PATCH" ? Refused(400)
                    : required.Count > 0 ? Refused(400, string.Join(',', required))
                    : Expected.Anything;
            }
        ),
        new(
            "no JSON object",
            d => d.Operation.TakesBody,
            (d, random) =>
            {
                d.Body = One<byte[]>(random, NoObjects);
                return Refused(400);
            }
        ),
        new(
            "no JSON by its Content-Type",
            d => d.Operation.TakesBody && (d.Fields.Count > 0 || d.Body?.Length > 0),
            (d, random) =>
            {
                d.ContentType = One(
                    random,
                    null,
                    "text/plain",
                    "text/json",
                    "application/x-www-form-urlencoded",
                    "multipart/form-data",
                    "application/json; charset=utf-16",
                    "application/json, text/plain",
                    "x"
                );
                return Refused(415);
            }
        ),
        new(
            "another kind of patch",
            d => d.Method == "PATCH" && (d.Fields.Count > 0 || d.Body?.Length > 0),
            (d, random) =>
            {
                d.ContentType = One(random, "application/json-patch+json", "application/vnd.x+json", "application/hal+json");
                return Refused(415);
            }
        ),
        new(
            "an encoded body",
            d => d.Operation.TakesBody && d.Fields.Count > 0,
            (d, random) =>
            {
                d.Header("Content-Encoding", One(random, "gzip", "br", "deflate", "gzip, identity", "x"));
                return Refused(415);
            }
        ),
        new(
            "an odd Content-Type",
            d => d.Operation.TakesBody,
            (d, random) =>
            {
                d.ContentType = One(
                    random,
                    "application/json;charset=utf-16",
                    "application/json;charset=\"utf-8\"",
                    "APPLICATION/JSON",
                    "application/json; x=\"",
                    "application/vnd.x+json",
                    "application/json, text/plain",
                    ";",
                    new string('a', 2000)
                );
                return Expected.Anything;
            }
        ),
        new("10 MB", d => d.Operation.TakesBody, (d, random) => Large(d, random.Next(2) == 0, TooLarge)),
        new("a byte more than 1 MiB", d => d.Operation.TakesBody, (d, random) => Large(d, random.Next(2) == 0, 1024 * 1024 + 1)),
        new(
            "in chunks",
            d => d.Operation.TakesBody,
            (d, _) =>
            {
                d.Chunked = true;
                return Expected.Anything;
            }
        ),
        new(
            "a slow body",
            d => d.Operation.TakesBody && d.Fields.Count > 0,
            (d, random) =>
            {
                d.Pause = TimeSpan.FromMilliseconds(random.Next(20, 300));
                return Expected.Anything;
            }
        ),
        new(
            "a body where none belongs",
            d => !d.Operation.TakesBody,
            (d, random) =>
            {
                d.Body = One<byte[]>(random, [.. NoObjects, "{}"u8.ToArray()]);
                return Expected.Anything;
            }
        ),
    ];

    /// <summary>A body that never ends: 408 after 30 s.</summary>
    public static Spoilt Endless { get; } =
        new(
            "a body that never ends",
            d => d.Operation.TakesBody,
            (d, _) =>
            {
                d.NeverEnds = true;
                d.Body = "{\"customer\":\"never to be complete\"}"u8.ToArray();
                return Refused(408);
            }
        );

    private static Expected Large(Draft d, bool chunked, int length)
    {
        d.Body = Encoding.ASCII.GetBytes($"{{\"customer\":\"{new string('x', length - 15)}\"}}");
        d.Chunked = chunked;
        return Refused(413);
    }
}
