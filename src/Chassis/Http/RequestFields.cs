using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>
/// The fields of a request's body. Each getter gives the value or notes what is wrong with it; after the last, ask <see cref="Problem"/>:
/// <code>
/// var fields = await Fields.ReadAsync(http);
/// var id = fields.Id("matchId");
/// if (fields.Refused is { } refused) return refused;
/// </code>
/// Unknown fields are ignored, names are case-sensitive, of a field given twice the last counts. A request without a body has no fields; a PATCH
/// without one is refused.
/// </summary>
public sealed class RequestFields
{
    private readonly RequestBody _body;
    private readonly FieldTable _table;
    private readonly Problem? _unreadable;

    // A merge patch (RFC 7396) would remove a field by null, and no field of ours can be removed.
    private readonly bool _isPatch;
    private Dictionary<string, string>? _errors;

    private RequestFields(RequestBody body, bool isPatch)
    {
        _body = body;
        _isPatch = isPatch;
        _table = FieldTable.Empty;
        _unreadable = body.Problem;
        if (body.Bytes.Length > 0)
        {
            _table = FieldTable.Read(body.Bytes, out var malformed);
            _unreadable = malformed is null ? null : Problems.Malformed(malformed);
        }
        else if (isPatch)
        {
            _unreadable ??= Problems.Malformed("A PATCH needs a body: a JSON object with the fields that change.");
        }
    }

    /// <summary>The body byte by byte as it came; empty when there was none.</summary>
    public ReadOnlyMemory<byte> Body => _body.Memory;

    /// <summary>What was found wrong so far, by field; null when nothing.</summary>
    public IReadOnlyDictionary<string, string>? Errors => _errors;

    /// <summary>
    /// Why the request cannot be taken, ready to be returned; null when nothing is wrong: 408, 413, 415, 400 for a body that cannot be
    /// read, else 400 with <see cref="Errors"/>.
    /// </summary>
    public Problem? Problem => _unreadable ?? (_errors is null ? null : Problems.BadRequest(_errors));

    internal FieldTable Table => _table;

    /// <summary>Reads the body. Never throws for what a client can send.</summary>
    public static async ValueTask<RequestFields> ReadAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var body = await RequestBody.ReadAsync(http);
        return new RequestFields(body, HttpMethods.IsPatch(http.Request.Method));
    }

    /// <summary>True when the field was sent, be it <c>null</c>.</summary>
    public bool Has(string name) => _table.TryFind(name, out _);

    /// <summary>True when the field was sent as <c>null</c>.</summary>
    public bool IsNull(string name) => _table.TryFind(name, out var value) && value.IsNull;

    /// <summary>Notes that a field is wrong, for rules that a service adds; the first error of a field stays.</summary>
    public void Reject(string name, string why) => (_errors ??= new(StringComparer.Ordinal)).TryAdd(name, why);

    /// <summary>A required text: 1–255 code points, not all white space. Empty after an error.</summary>
    public string Text(string name) => Required(name, OptionalText(name)) ?? "";

    /// <summary>A text, or null when there is none.</summary>
    public string? OptionalText(string name)
    {
        if (!TryGet(name, out var value))
        {
            return null;
        }
        if (!value.IsText)
        {
            Reject(name, $"{name} must be a text.");
            return null;
        }
        if (value.Text() is not { } text)
        {
            Reject(name, $"{name} holds what is no character: half of a surrogate pair.");
            return null;
        }
        return Checked(name, text);
    }

    /// <summary>A required text that came in the path or the query, under the same rules.</summary>
    public string Given(string name, string? value) => Required(name, value is null ? null : Checked(name, value)) ?? "";

    /// <summary>A required id: a whole number from 1 that fits 64 bits, as a number or a text. 0 after an error.</summary>
    public long Id(string name) => Required(name, OptionalId(name)) ?? 0;

    /// <summary>An id, or null when there is none.</summary>
    public long? OptionalId(string name) => Whole(name, 1, long.MaxValue, "must be a whole number from 1.");

    /// <summary>A whole number in a range, or null when there is none.</summary>
    public long? OptionalNumber(string name, long least, long most) =>
        Whole(name, least, most, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}."));

    /// <summary>A whole number in a range, or null when there is none.</summary>
    /// <param name="name">The field.</param>
    /// <param name="least">The least.</param>
    /// <param name="most">The most.</param>
    /// <param name="rule">What is expected, as the end of a sentence that begins with the field's name.</param>
    public long? OptionalNumber(string name, long least, long most, string rule) => Whole(name, least, most, rule);

    /// <summary>Notes that a required field is missing, unless it was found wrong before.</summary>
    public T Require<T>(string name, T? value)
        where T : struct => Required(name, value) ?? default;

    /// <summary>A required text that is one of <paramref name="allowed"/>. Empty after an error.</summary>
    public string OneOf(string name, params ReadOnlySpan<string> allowed) => Required(name, OptionalOneOf(name, allowed)) ?? "";

    /// <summary>A text that is one of <paramref name="allowed"/>, or null when there is none.</summary>
    public string? OptionalOneOf(string name, params ReadOnlySpan<string> allowed)
    {
        if (!TryGet(name, out var value))
        {
            return null;
        }
        var text = value.Text();
        foreach (var one in allowed)
        {
            if (text == one)
            {
                return one;
            }
        }
        Reject(name, $"{name} must be {(allowed.Length == 1 ? "" : "one of ")}{string.Join(", ", allowed)}.");
        return null;
    }

    private long? Whole(string name, long least, long most, string rule)
    {
        if (!TryGet(name, out var value))
        {
            return null;
        }
        if (value.TryWholeNumber(out var number) && number >= least && number <= most)
        {
            return number;
        }
        Reject(name, $"{name} {rule}");
        return null;
    }

    private string? Checked(string name, string text)
    {
        if (TextRules.FindFault(text) is not { } fault)
        {
            return text;
        }
        Reject(name, $"{name} {fault}");
        return null;
    }

    // null counts as absent, but not in a patch.
    private bool TryGet(string name, out FieldValue value)
    {
        if (!_table.TryFind(name, out value))
        {
            return false;
        }
        if (value.IsNull && _isPatch)
        {
            Reject(name, $"{name} cannot be removed.");
        }
        return !value.IsNull;
    }

    private T? Required<T>(string name, T? value)
    {
        if (value is null)
        {
            // Rejecting keeps the first error, so that a wrong value is not called a missing one.
            Reject(name, $"{name} is required.");
        }
        return value;
    }
}
