using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>
/// The fields of a request's body, and their errors. Each getter returns the value, or adds an error. Unknown fields are ignored, names are
/// case-sensitive, and the last of duplicate fields counts. A request without a body has no fields; a PATCH without one is refused.
/// </summary>
internal sealed class RequestFields
{
    private readonly FieldTable _table;
    private readonly Problem? _unreadable;

    // In a merge patch (RFC 7396) null removes a field, and most of our fields cannot be removed.
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

    /// <summary>The errors so far, by field; null if there are none.</summary>
    public IReadOnlyDictionary<string, string>? Errors => _errors;

    /// <summary>
    /// The problem document for an invalid request; null if nothing is wrong: 408, 413, 415, 400 for an unreadable body, otherwise 400 with
    /// <see cref="Errors"/>.
    /// </summary>
    public Problem? Problem => _unreadable ?? (_errors is null ? null : Problems.BadRequest(_errors));

    public FieldTable Table => _table;

    /// <summary>Reads the body. No input of a client makes it throw.</summary>
    public static ValueTask<RequestFields> ReadAsync(HttpContext http)
    {
        var reading = RequestBody.ReadAsync(http);
        return reading.IsCompletedSuccessfully ? new(new RequestFields(http.Request, reading.Result)) : AwaitAsync(http, reading);
    }

    private static async ValueTask<RequestFields> AwaitAsync(HttpContext http, ValueTask<RequestBody> reading) =>
        new(http.Request, await reading);

    /// <summary>True if the field was sent, even as <c>null</c>.</summary>
    public bool Has(string name) => _table.TryFind(name, out _);

    /// <summary>True if the field was sent as <c>null</c>.</summary>
    public bool IsNull(string name) => _table.TryFind(name, out var value) && value.IsNull;

    /// <summary>Adds an error, for rules of a service. The first error of a field stays.</summary>
    public void Reject(string name, string why) => (_errors ??= new(StringComparer.Ordinal)).TryAdd(name, why);

    /// <summary>A text, or null if absent.</summary>
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

    /// <summary>The same for a text of the path or the query.</summary>
    public string? Given(string name, string? text) => text is null ? null : Checked(name, text);

    /// <summary>One of <paramref name="words"/>, or null if absent.</summary>
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

    /// <summary>A point in time, or null if absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="read">Reads its format.</param>
    /// <param name="error">The error for another value.</param>
    public DateTime? OptionalMoment(string name, MomentReader read, string error)
    {
        if (!TryGet(name, out var value))
            return null;
        if (value.Text() is { } text && read(text, out var utc))
            return utc;
        Reject(name, error);
        return null;
    }

    /// <summary>A whole number in a range, or null if absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="least">The minimum.</param>
    /// <param name="most">The maximum.</param>
    /// <param name="error">The error for another value.</param>
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

    // null counts as absent, except in a patch.
    private bool TryGet(string name, out FieldValue value)
    {
        if (!_table.TryFind(name, out value))
            return false;
        if (value.IsNull && _isPatch)
            Reject(name, $"{name} cannot be removed.");
        return !value.IsNull;
    }
}

/// <summary>Reads a point in time from a text.</summary>
internal delegate bool MomentReader(string text, out DateTime utc);
