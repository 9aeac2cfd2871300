using static Mannam.Simulation.Fuzz.Spoilt;

namespace Mannam.Simulation.Fuzz;

/// <summary>Fields of a body and parameters of a query that are missing, of another type, out of range, or hostile.</summary>
internal static class SpoiltFields
{
    // What begins a line of its own would be one of the log's if it came there as it is.
    private const string Forging = "x\\r\\nforged: an administrator signed in\\u001b[2K\\u0085forged\\u2028forged";

    private static readonly string[] NoText = ["5", "-1.5e3", "true", "[\"a\"]", "{\"a\":1}", "[]", "{}"];

    private static readonly string[] NoCharacters =
    [
        "\"a\\u0000b\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"a\\udc00b\"",
        "\"\\udc00\\ud800\"",
        "\"\\uD83D\"",
    ];

    private static readonly string[] NoWhole =
    [
        .. new[] { "0", "-1", "-250000", "12.5", "1e-1", "1e30", "-1e30", "1e999999999", "1e-999999999", "99999999999999999999" },
        .. new[] { "9223372036854775808", "-9223372036854775809", "true", "[1]", "{}", "\"\"", "\" 5\"", "\"5 \"", "\"05\"", "\"+5\"" },
        .. new[] { "\"0x10\"", "\"1,000\"", "\"NaN\"", "\"Infinity\"", "\"much\"", "\"٥\"", "\"1e\"", "\"5\\u0000\"", "\"\\ud800\"" },
    ];

    private static readonly string[] Odd =
    [
        "\"'; drop table catches; --\"",
        "\"' or '1'='1\"",
        "\"<script>alert(1)</script>\"",
        "\"${jndi:ldap://x}\"",
        "\"{0} {{x}} %s %n\"",
        "\"../../etc/passwd\"",
        "\"서울역 🚕🏳️‍🌈\"",
        "\"\\u202eabc\\ufeff\"",
        "\"\\ud83d\\ude95\"",
        "\" a \"",
        $"\"{Forging}\"",
    ];

    public static IReadOnlyList<Spoilt> All { get; } =
    [
        Field("no text", f => !f.IsWhole, (f, random) => One<string>(random, NoText)),
        Field("U+0000 or half a surrogate pair", f => !f.IsWhole, (f, random) => One<string>(random, NoCharacters)),
        Field("a text of white space", f => !f.IsWhole, (f, random) => One(random, "\"\"", "\" \\t\\n\"", "\"\\u3000\"")),
        Field("a text too long", f => !f.IsWhole, (f, random) => $"\"{new string('x', One(random, 256, 1000, 900_000))}\""),
        Field("no whole number in range", f => f.IsWhole, (f, random) => One<string>(random, NoWhole)),
        Field("a number too long", f => f.IsWhole, (f, random) => $"{new string('9', random.Next(20, 5000))}"),
        new(
            "a field given twice, the wrong one last",
            d => d.Operation.Method == "POST" && d.Fields.Count > 0,
            (d, random) =>
            {
                var name = Name(d, random);
                d.Fields.Add((name, "[]"));
                return Malformed(d, name);
            }
        ),
        new(
            "a field given twice, the right one last",
            d => d.Fields.Count > 0,
            (d, random) =>
            {
                d.Fields.Insert(0, (Name(d, random), "[]"));
                return Expected.Anything;
            }
        ),
        new(
            "a required field is missing or null",
            d => d.Operation.Method == "POST" && d.Operation.Fields.Any(f => f.Required),
            (d, random) =>
            {
                var name = One<Field>(random, [.. d.Operation.Fields.Where(f => f.Required)]).Name;
                d.Fields.RemoveAll(f => f.Name == name);
                if (random.Next(2) == 0)
                    d.Set(name, "null");
                return Refused(400, name);
            }
        ),
        new(
            "null in a patch",
            d => d.Operation.Method == "PATCH" && d.Operation.Fields.Count > 0,
            (d, random) =>
            {
                var name = One<Field>(random, [.. d.Operation.Fields]).Name;
                d.Set(name, "null");
                return Malformed(d, name);
            }
        ),
        new(
            "an odd text",
            d => d.Operation.Fields.Any(f => !f.IsWhole && f.Required) && d.Operation.Method == "POST",
            (d, random) =>
            {
                d.Set(One<Field>(random, [.. d.Operation.Fields.Where(f => !f.IsWhole && f.Required)]).Name, One<string>(random, Odd));
                return Expected.Anything;
            }
        ),
        new(
            "an odd whole number",
            d => d.Operation.Fields.Any(f => f.IsWhole) && d.Operation.Method == "POST",
            (d, random) =>
            {
                d.Set(
                    One<Field>(random, [.. d.Operation.Fields.Where(f => f.IsWhole)]).Name,
                    One(random, "1e2", "250000.0", "\"250000\"", "\"1.5E1\"", "1", "100000000", "10e-1", "\"\\u0031\"")
                );
                return Expected.Anything;
            }
        ),
        new(
            "a wrong parameter",
            d => d.Operation.Query.Count > 0,
            (d, random) =>
            {
                var parameter = One<Field>(random, [.. d.Operation.Query]);
                d.Query.RemoveAll(q => q.StartsWith(parameter.Name + "=", StringComparison.Ordinal));
                d.Query.Add($"{parameter.Name}={WrongOf(parameter, random)}");
                return Malformed(d, parameter.Name);
            }
        ),
        new(
            "an odd parameter",
            d => true,
            (d, random) =>
            {
                var name = d.Operation.Query.Count > 0 && random.Next(2) == 0 ? One<Field>(random, [.. d.Operation.Query]).Name : "colour";
                d.Query.Add(
                    $"{name}={One(random, "%", "%zz", "'%3b--", "<b>", "%0d%0aforged:1", "&&&=", "=", "+", new string('x', 3000))}"
                );
                return Expected.Anything;
            }
        ),
    ];

    private static string WrongOf(Field parameter, Random random) =>
        parameter.Name switch
        {
            "page" => One(random, "-1", "x", "", "1.0", "99999999999999999999", "%00", "1e2", "+1"),
            "size" => One(random, "0", "101", "-1", "x", "", "99999999999", "%00", "1e1"),
            "sort" => One(random, "nothing", "", "id,sideways", "%00", "id;drop", "1", "id,desc,asc"),
            _ => One(random, "a%00b", "%00", "%ff%fe", "a%C3%28", "%ED%A0%80", "%C0%80"),
        };

    private static Spoilt Field(string kind, Func<Field, bool> fits, Func<Field, Random, string> value) =>
        new(
            kind,
            d => d.Operation.Fields.Any(fits),
            (d, random) =>
            {
                var field = One<Field>(random, [.. d.Operation.Fields.Where(fits)]);
                d.Set(field.Name, value(field, random));
                return Malformed(d, field.Name);
            }
        );

    // Of what is there; an unknown id is told first, and so is a precondition that does not hold.
    private static Expected Malformed(Draft draft, string name) => draft.Operation.HasId ? new([400, 404], name) : Refused(400, name);

    private static string Name(Draft draft, Random random) => draft.Fields[random.Next(draft.Fields.Count)].Name;
}
