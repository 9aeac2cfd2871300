using System.Linq.Expressions;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>
/// A resource of the REST conventions: its path, the fields of a row, and the parameters of its collection. The declaration is data.
/// <see cref="ReadEndpoints"/> makes GET and HEAD from it, and commands answer with <see cref="Ok"/> and <see cref="Created"/>.
/// </summary>
/// <typeparam name="TEntity">The stored row.</typeparam>
/// <typeparam name="TView">The fields in JSON, in order; fields without a value are <c>null</c>.</typeparam>
public sealed class Resource<TEntity, TView>
    where TEntity : class
{
    private readonly byte[] _secondLink;
    private readonly ResourceLinks _hrefs;
    private readonly Func<TEntity, long>? _id;

    /// <param name="path">The path of the collection, without slashes around it, such as <c>catches</c>; its last segment is the <c>_embedded</c> key.</param>
    /// <param name="name">The name of an item's second link, such as <c>catch</c>.</param>
    /// <param name="key">The id in the URL: a plain property, unique and indexed.</param>
    /// <param name="json">The serialization, from a source-generated context with camelCase names. By default the context of its system
    /// (<see cref="Conventions.JsonOf{T}"/>).</param>
    /// <param name="show">Returns the fields of a row. By default an aggregate itself, or the properties of the same names (<see cref="Aggregate.As{T}"/>).</param>
    public Resource(
        string path,
        string name,
        Expression<Func<TEntity, long>> key,
        JsonTypeInfo<TView>? json = null,
        Func<TEntity, TView>? show = null
    )
        : this(path, name, json, show ?? AsView)
    {
        Key = key;
        _id = key.Compile();
    }

    /// <summary>An aggregate whose items have their own id, besides the saga's key. An item exists once it has an id. It can also be
    /// found and sorted by the saga's key.</summary>
    /// <param name="path">The path of the collection, without slashes around it.</param>
    /// <param name="name">The name of an item's second link.</param>
    /// <param name="id">The id in the URL, null while there is none: a plain property, unique and indexed.</param>
    /// <param name="saga">The name of the saga's key in JSON, such as <c>consultId</c>.</param>
    /// <param name="json">The serialization, as above.</param>
    public Resource(string path, string name, Expression<Func<TEntity, long?>> id, string saga, JsonTypeInfo<TView>? json = null)
        : this(path, name, ValueOf(id), json)
    {
        var row = id.Parameters[0];
        Visible = Expression.Lambda<Func<TEntity, bool>>(Expression.NotEqual(id.Body, Expression.Constant(null, typeof(long?))), row);
        var key = Expression.Property(row, nameof(Aggregate.Key));
        var asked = Expression.Parameter(typeof(long), saga);
        Filters.Add(saga, Expression.Lambda<Func<TEntity, long, bool>>(Expression.Equal(key, asked), row, asked));
        Sorts.Add(saga, Expression.Lambda<Func<TEntity, long>>(key, row));
    }

    private static Expression<Func<TEntity, long>> ValueOf(Expression<Func<TEntity, long?>> id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Expression.Lambda<Func<TEntity, long>>(Expression.Property(id.Body, nameof(Nullable<>.Value)), id.Parameters);
    }

    /// <summary>Rows with a text key, case-sensitive, that are not stored but configured.</summary>
    /// <inheritdoc cref="Resource{TEntity, TView}(string, string, Expression{Func{TEntity, long}}, JsonTypeInfo{TView}, Func{TEntity, TView})"/>
    public Resource(string path, string name, Expression<Func<TEntity, string>> key, JsonTypeInfo<TView> json, Func<TEntity, TView> show)
        : this(path, name, json, show) => TextOf = key.Compile();

    private Resource(string path, string name, JsonTypeInfo<TView>? json, Func<TEntity, TView> show)
    {
        ArgumentNullException.ThrowIfNull(path);
        Path = path;
        Name = name;
        Show = show;
        Json = json ?? Conventions.JsonOf<TView>();
        Version = typeof(TEntity).IsAssignableTo(typeof(Aggregate)) ? entity => ((Aggregate)(object)entity).Version : null;
        EmbeddedName = path[(path.LastIndexOf('/') + 1)..];
        _secondLink = Encoding.UTF8.GetBytes($"\"}},\"{JsonEncodedText.Encode(name)}\":{{\"href\":\"");
        _hrefs = new(path);
    }

    /// <summary>The path of the collection, without slashes around it.</summary>
    public string Path { get; }

    /// <summary>The name of an item's second link.</summary>
    public string Name { get; }

    /// <summary>The key's name in JSON, for <c>sort</c>: the first field of the view.</summary>
    public string KeyName => field ??= Json.Properties[0].Name;

    /// <summary>The version of the row, sent as a strong ETag; null: items have none. By default the version of an aggregate.</summary>
    public Func<TEntity, long>? Version { get; init; }

    /// <summary>The visible rows; null: all rows.</summary>
    public Expression<Func<TEntity, bool>>? Visible { get; init; }

    /// <summary>The query parameters that filter rows.</summary>
    public FilterParameters<TEntity> Filters { get; } = [];

    /// <summary>The sortable fields, besides the key.</summary>
    public SortFields<TEntity> Sorts { get; } = [];

    /// <summary>Whether an answer has all rows unless page or size is given; then <c>page.size</c> is the number of rows.</summary>
    public bool AllRowsInOneAnswer { get; init; }

    /// <summary>The key of stored rows.</summary>
    internal Expression<Func<TEntity, long>>? Key { get; }

    /// <summary>The key of configured rows.</summary>
    internal Func<TEntity, string>? TextOf { get; }

    internal Func<TEntity, TView> Show { get; }

    internal JsonTypeInfo<TView> Json { get; }

    internal string EmbeddedName { get; }

    private static TView AsView(TEntity entity) =>
        entity is TView itself ? itself
        : entity is Aggregate aggregate ? aggregate.As<TView>()
        : throw new InvalidOperationException($"{typeof(TEntity).Name} is no aggregate: a function that returns its fields is needed");

    /// <summary>200 with the resource and its ETag.</summary>
    public IResult Ok(TEntity entity) => new ItemResult<TEntity, TView>(this, entity, StatusCodes.Status200OK);

    /// <summary>201 with the resource, its ETag, and its address in Location.</summary>
    public IResult Created(TEntity entity) => new ItemResult<TEntity, TView>(this, entity, StatusCodes.Status201Created);

    /// <summary>The absolute address of an item, below the requested address.</summary>
    public string Location(HttpContext http, long id)
    {
        ArgumentNullException.ThrowIfNull(http);
        return _hrefs.Item(http.Request, id.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    internal string Location(HttpContext http, TEntity entity) =>
        _id is null ? _hrefs.Item(http.Request, InPath(entity)) : Location(http, _id(entity));

    /// <summary>In a PATCH: adds an error for every field that was sent with another value than the current one and is not listed here.</summary>
    internal void OnlyMayChange(RequestFields fields, TEntity present, params ReadOnlySpan<string> mayChange) =>
        fields.OnlyMayChange(Show(present), Json, mayChange);

    internal ReadOnlySpan<byte> Href(HttpRequest request) => _hrefs.Collection(request);

    internal void Write(JsonBuffer buffer, TEntity entity, ReadOnlySpan<byte> href)
    {
        buffer.Json.Reset();
        JsonSerializer.Serialize(buffer.Json, Show(entity), Json);
        buffer.Json.Flush();
        buffer.Unwrite();
        buffer.Write(buffer.Written[^1] == '{' ? "\"_links\":{\"self\":{\"href\":\""u8 : ",\"_links\":{\"self\":{\"href\":\""u8);
        Write(buffer, href, entity);
        buffer.Write(_secondLink);
        Write(buffer, href, entity);
        buffer.Write("\"}}}"u8);
    }

    private void Write(JsonBuffer buffer, ReadOnlySpan<byte> href, TEntity entity)
    {
        buffer.Write(href);
        buffer.Write("/"u8);
        if (_id is not null)
            buffer.Write(_id(entity));
        else
            buffer.WriteAscii(InPath(entity));
    }

    private string InPath(TEntity entity) => Uri.EscapeDataString(TextOf!(entity));
}
