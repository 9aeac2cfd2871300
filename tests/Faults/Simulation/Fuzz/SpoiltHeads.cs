using System.Text;
using static Mannam.Simulation.Fuzz.Spoilt;

namespace Mannam.Simulation.Fuzz;

/// <summary>Request lines and headers: unknown ids, other methods, doubled slashes, odd Accept, and what is no HTTP.</summary>
internal static class SpoiltHeads
{
    private static readonly string[] NoIds =
    [
        // What is no UTF-8 is 400 before anything is looked up.
        .. new[] { "%C3%28", "%ED%A0%80", "%C0%AF" },
        .. new[] { "0", "-1", "abc", "1e2", "1.0", "99999999999999999999", "9223372036854775807", "+1", "%31x", "0x1", "%D9%A1", "~" },
        .. new[] { "1;drop%20table", "%3Cb%3E", "%0d%0aforged:%201", "%ff", "1%20", "%F0%9F%9A%95", "null", "1,2", "*", "1%2F2", "%25" },
    ];

    private static readonly string[] Unparseable =
    [
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
        "Content-Length: x",
        "Transfer-Encoding: nothing",
        ": no name",
        "No colon",
        "Sp ace: 1",
        "X-Zero: a\0b",
        "X-Return: a\rforged: b",
        "Host: another",
        $"X-Long: {new string('x', 40_000)}",
    ];

    public static IReadOnlyList<Spoilt> All { get; } =
    [
        new(
            "no id",
            d => d.Operation.HasId,
            (d, random) =>
            {
                d.Path = d.Path[..(d.Path.LastIndexOf('/') + 1)] + One<string>(random, NoIds);
                // Some paths are refused before they are looked up; a wrong field may be told before it is known that there is nothing.
                return new([404, 400]);
            }
        ),
        new(
            "another path",
            _ => true,
            (d, random) =>
            {
                d.Path += One(random, "/x", "/1/1", "x", "/%2e%2e/%2e%2e/x", "/..%2f..", "/;x", "/" + new string('y', 2000));
                return new([404, 400, 405]);
            }
        ),
        new(
            "slashes more than needed",
            _ => true,
            (d, random) =>
            {
                d.Path =
                    d.Path.Replace("/", new string('/', random.Next(1, 5)), StringComparison.Ordinal) + new string('/', random.Next(3));
                return Expected.Anything;
            }
        ),
        new(
            "another method",
            _ => true,
            (d, random) =>
            {
                d.Method = One(random, "PUT", "TRACE", "FOO", "OPTIONS", "PROPFIND", "M-SEARCH");
                d.Body ??= d.Operation.TakesBody ? Encoding.UTF8.GetBytes(d.Object()) : null;
                return Refused(405);
            }
        ),
        new(
            "Accept takes nothing of ours",
            _ => true,
            (d, random) =>
            {
                d.Header(
                    "Accept",
                    One(random, "text/html", "image/*, text/csv", "*/*;q=0", "application/hal+json;q=0, application/json;q=0.0")
                );
                return Refused(406);
            }
        ),
        new(
            "an odd Accept",
            _ => true,
            (d, random) =>
            {
                d.Header(
                    "Accept",
                    One(
                        random,
                        ",,,",
                        ";q=1",
                        "application/json;q=x",
                        "*/*;q=9",
                        "a/b/c",
                        "\"",
                        string.Join(',', Enumerable.Repeat("x/y", 900)),
                        ""
                    )
                );
                return Expected.Anything;
            }
        ),
        new(
            "a key that is none",
            d => d.Operation.Method == "POST",
            (d, random) =>
            {
                d.Header("Idempotency-Key", One(random, "", "two words", "열쇠", new string('k', 256)));
                return Refused(400, "Idempotency-Key");
            }
        ),
        new(
            "an odd precondition",
            _ => true,
            (d, random) =>
            {
                d.Header(
                    One(random, "If-Match", "If-None-Match"),
                    One(random, "x", "\"", "W/\"1\"", "*", ",,", "\"1\",\"2\"", "\"99\"", "\"0\"")
                );
                return Expected.Anything;
            }
        ),
        new(
            "an odd header",
            _ => true,
            (d, random) =>
            {
                d.Headers.Add(
                    One(
                        random,
                        "X-Forwarded-Host: evil, evil2",
                        "X-Forwarded-Host: user@evil/path",
                        "X-Forwarded-Host: evil:99999",
                        "X-Forwarded-Proto: javascript",
                        "X-Forwarded-Proto: https, http",
                        "X-Forwarded-For: 192.0.2.1, 127.0.0.1",
                        "X-Forwarded-Prefix: //evil/<b>",
                        "X-Forwarded-Prefix: /%0d%0aX-Forged:1",
                        "X-Forwarded-For: no address",
                        "Range: bytes=0-1",
                        "Origin: null",
                        "Origin: http://evil",
                        "Expect: 100-continue",
                        "Authorization: Bearer x",
                        "Cookie: a=b; c",
                        "traceparent: 00-zz-zz-01",
                        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                        "Accept-Encoding: gzip;q=x",
                        "Content-Encoding: gzip",
                        "Upgrade: websocket",
                        "X-Text: 서울"
                    )
                );
                return Expected.Anything;
            }
        ),
        new(
            "another Host",
            _ => true,
            (d, random) =>
            {
                d.Header("Host", One(random, "evil.example", "localhost.evil", "[::2]", "127.0.0.1.nip.io:80"));
                return Refused(421);
            }
        ),
        new(
            "a head that cannot be parsed",
            _ => true,
            (d, random) =>
            {
                if (random.Next(3) == 0)
                    d.Version = One(random, "HTTP/1.1 x", "HTP/1.1", "", "HTTP/1");
                else if (random.Next(8) == 0)
                    d.Headers.RemoveAll(h => h.StartsWith("Host", StringComparison.Ordinal));
                else
                    d.Headers.Add(One<string>(random, Unparseable));
                return new([400, 408, 411, 413, 414, 431, 505], MayClose: true);
            }
        ),
        new(
            "an address that is too long",
            _ => true,
            (d, _) =>
            {
                d.Path += "/" + new string('z', 9000);
                return new([414, 400, 404, 431], MayClose: true);
            }
        ),
    ];
}
