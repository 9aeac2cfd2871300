using System.Text;
using static Mannam.Simulation.Fuzz.Spoilt;

namespace Mannam.Simulation.Fuzz;

/// <summary>Bodies whose end is uncertain. Behind each stands another request, which must never be answered: it would be one that a proxy has not seen.</summary>
internal static class SpoiltFraming
{
    private const string Smuggled = "GET /catches HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static readonly string[] NoSizes =
    [
        .. new[]
        {
            "ffffffffffffffff",
            "80000000",
            "7ffffffffffffffff",
            "-1",
            "+1",
            "",
            " ",
            "0x5",
            "g",
            "5 ",
            " 5",
            "5\t",
            ";x",
            "5.0",
            "\0",
        },
        .. new[] { new string('0', 40) + "5", new string('f', 3000), "4;x=\"\r\n\"", "5;\n", "5\r" },
    ];

    private static readonly string[] NoTrailers = ["no colon", " folded: x", "X : y", ": no name", "X\0: y", "X: a\rb"];

    private static readonly string[] NoFramings =
    [
        .. new[]
        {
            "gzip, chunked",
            "identity, chunked",
            "chunked, chunked",
            "chunked, identity",
            "xchunked",
            "chunked;q=1",
            "\"chunked\"",
            "\vchunked",
        }
            .Concat(["identity", "chunked\r\nTransfer-Encoding: chunked", "chunked\r\nTransfer-Encoding: identity"])
            .Select(coding => "Transfer-Encoding: " + coding),
        "Transfer-Encoding : chunked",
        "X: y\r\n Transfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 5",
        "Content-Length: 0x5",
        "Content-Length: 5 5",
        "Content-Length:",
    ];

    public static IReadOnlyList<Spoilt> All { get; } =
    [
        new(
            "a chunk size that is none",
            d => d.Operation.TakesBody,
            (d, random) => Framed(d, "Transfer-Encoding: chunked", $"{One<string>(random, NoSizes)}\r\n{{}}\r\n0\r\n\r\n", 400)
        ),
        new(
            "a chunk that ends elsewhere",
            d => d.Operation.TakesBody,
            (d, random) =>
                Framed(
                    d,
                    "Transfer-Encoding: chunked",
                    One(random, "2\n{}\n0\n\n", "2\r\n{}0\r\n\r\n", "1\r\n{}\r\n0\r\n\r\n", "2\r\n{}XX0\r\n\r\n"),
                    400
                )
        ),
        new(
            "a trailer that is none",
            d => d.Operation.TakesBody,
            (d, random) => Framed(d, "Transfer-Encoding: chunked", $"2\r\n{{}}\r\n0\r\n{One<string>(random, NoTrailers)}\r\n\r\n", 400)
        ),
        new(
            "a trailer that is too long",
            d => d.Operation.TakesBody,
            (d, _) => Framed(d, "Transfer-Encoding: chunked", $"2\r\n{{}}\r\n0\r\nX: {new string('x', 40_000)}\r\n\r\n", 431)
        ),
        new(
            "a framing that two may read differently",
            _ => true,
            (d, random) => Framed(d, One<string>(random, NoFramings), "2\r\n{}\r\n0\r\n\r\n", 400)
        ),
    ];

    private static Expected Framed(Draft d, string framing, string body, params int[] statuses)
    {
        d.Headers.Remove("Connection: close");
        d.Framing = framing;
        d.Body = Encoding.Latin1.GetBytes(body + Smuggled);
        return new(statuses, MayClose: true);
    }
}
