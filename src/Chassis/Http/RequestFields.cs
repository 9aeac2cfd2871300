using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>
/// The fields of a request's body, and what is found wrong with them. Each getter gives the value or notes what is wrong with it. Unknown fields are
/// ignored, names are case-sensitive, of a field given twice the last counts. A request without a body has no fields; a PATCH without one is refused.
/// </summary>
internal sealed class RequestFields
{
    private readonly FieldTable _table;
    private readonly Problem? _unreadable;

    // A merge patch (RFC 7396) would remove a field by null, and no field of ours can be removed.
    private readonly bool _isPatch;
    private Dictionary<string, string>? _errors;

    private RequestFields(HttpRequest request, RequestBody body)
    {
        var isPatch = HttpMethods.IsPatch(request.Method);
        Request = request;
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

    /// <summary>The request.</summary>
    public HttpRequest Request { get; }

    /// <summary>What was found wrong so far, by field; null when nothing.</summary>
    public IReadOnlyDictionary<string, string>? Errors => _errors;

    /// <summary>
    /// Why the request cannot be taken, ready to be returned; null when nothing is wrong: 408, 413, 415, 400 for a body that cannot be
    /// read, else 400 with <see cref="Errors"/>.
    /// </summary>
    public Problem? Problem => _unreadable ?? (_errors is null ? null : Problems.BadRequest(_errors));

    public FieldTable Table => _table;

    /// <summary>Reads the body. Never throws for what a client can send.</summary>
    public static ValueTask<RequestFields> ReadAsync(HttpContext http)
    {
        var reading = RequestBody.ReadAsync(http);
        return reading.IsCompletedSuccessfully ? new(new RequestFields(http.Request, reading.Result)) : AwaitAsync(http, reading);
    }

    private static async ValueTask<RequestFields> AwaitAsync(HttpContext http, ValueTask<RequestBody> reading) =>
        new(http.Request, await reading);

    /// <summary>True when the field was sent, be it <c>null</c>.</summary>
    public bool Has(string name) => _table.TryFind(name, out _);

    /// <summary>True when the field was sent as <c>null</c>.</summary>
    public bool IsNull(string name) => _table.TryFind(name, out var value) && value.IsNull;

    /// <summary>Notes that a field is wrong, for rules that a service adds; the first error of a field stays.</summary>
    public void Reject(string name, string why) => (_errors ??= new(StringComparer.Ordinal)).TryAdd(name, why);

    /// <summary>A text, or null when there is none.</summary>
    public string? OptionalText(string name)
    {
        if (!TryGet(name, out var value))
            return null;
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

    /// <summary>The same of a text that came in the path or the query.</summary>
    public string? Given(string name, string? text) => text is null ? null : Checked(name, text);

    /// <summary>A text that is one of <paramref name="words"/>, or null when there is none.</summary>
    public string? OptionalOneOf(string name, IReadOnlyList<string> words)
    {
        if (!TryGet(name, out var value))
            return null;
        var text = value.Text();
        for (var i = 0; i < words.Count; i++)
        {
            if (text == words[i])
                return words[i];
        }
        Reject(name, $"{name} must be {(words.Count == 1 ? "" : "one of ")}{string.Join(", ", words)}.");
        return null;
    }

    /// <summary>A moment, or null when there is none.</summary>
    /// <param name="name">The field.</param>
    /// <param name="read">How it is written.</param>
    /// <param name="error">What is told of what is no moment.</param>
    public DateTime? OptionalMoment(string name, MomentReader read, string error)
    {
        if (!TryGet(name, out var value))
            return null;
        if (value.Text() is { } text && read(text, out var utc))
            return utc;
        Reject(name, error);
        return null;
    }

    /// <summary>A whole number in a range, or null when there is none.</summary>
    /// <param name="name">The field.</param>
    /// <param name="least">The least.</param>
    /// <param name="most">The most.</param>
    /// <param name="error">What is told of what is no such number.</param>
    public long? OptionalNumber(string name, long least, long most, string error)
    {
        if (!TryGet(name, out var value))
            return null;
        if (value.TryWholeNumber(out var number) && number >= least && number <= most)
            return number;
        Reject(name, error);
        return null;
    }

    private string? Checked(string name, string text)
    {
        if (TextRules.FindFault(text) is not { } fault)
            return text;
        Reject(name, $"{name} {fault}");
        return null;
    }

    // null counts as absent, but not in a patch.
    private bool TryGet(string name, out FieldValue value)
    {
        if (!_table.TryFind(name, out value))
            return false;
        if (value.IsNull && _isPatch)
            Reject(name, $"{name} cannot be removed.");
        return !value.IsNull;
    }
}

/// <summary>Reads a moment as it is written.</summary>
internal delegate bool MomentReader(string text, out DateTime utc);
