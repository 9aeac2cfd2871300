using Microsoft.AspNetCore.Http;

namespace Mannam.Http;

/// <summary>A page of a collection, written as HAL with Spring Data's page object.</summary>
internal sealed record CollectionPage<TEntity>(List<TEntity> Rows, long Number, int Size, long Total, bool HasNext)
    where TEntity : class
{
    private bool IsWhole { get; init; }

    private long TotalPages => Size == 0 ? 0 : (Total + Size - 1) / Size;

    public static CollectionPage<TEntity> Whole(List<TEntity> rows) => new(rows, 0, rows.Count, rows.Count, false) { IsWhole = true };

    /// <summary>Sends the page as the answer.</summary>
    public Task SendAsync<TView>(HttpContext http, Resource<TEntity, TView> resource, CollectionQuery<TEntity> query)
    {
        http.Response.Headers.Vary = "Accept";
        http.Response.ContentType = MediaTypes.Of(http.Request) ?? MediaTypes.Hal;
        var buffer = JsonBuffer.Rent();
        Write(buffer, resource, query, resource.Href(http.Request));
        return buffer.SendAsync(http.Response);
    }

    private void Write<TView>(JsonBuffer buffer, Resource<TEntity, TView> resource, CollectionQuery<TEntity> query, ReadOnlySpan<byte> href)
    {
        buffer.Write("{\"_embedded\":{\""u8);
        buffer.WriteAscii(resource.EmbeddedName);
        buffer.Write("\":["u8);
        for (var i = 0; i < Rows.Count; i++)
        {
            if (i > 0)
                buffer.Write(","u8);
            resource.Write(buffer, Rows[i], href);
        }
        buffer.Write("]},\"_links\":{"u8);
        WriteLinks(buffer, query, href);
        buffer.Write("},\"page\":{\"size\":"u8);
        buffer.Write(Size);
        buffer.Write(",\"totalElements\":"u8);
        buffer.Write(Total);
        buffer.Write(",\"totalPages\":"u8);
        buffer.Write(TotalPages);
        buffer.Write(",\"number\":"u8);
        buffer.Write(Number);
        buffer.Write("}}"u8);
    }

    private void WriteLinks(JsonBuffer buffer, CollectionQuery<TEntity> query, ReadOnlySpan<byte> href)
    {
        var last = Math.Max(0, TotalPages - 1);
        WriteLink(buffer, "self"u8, href, query.LinkTo(query.IsPaged ? Number : null));
        buffer.Write(","u8);
        WriteLink(buffer, "first"u8, href, query.LinkTo(IsWhole ? null : 0));
        if (Number > 0 && TotalPages > 0)
        {
            // Beyond the end, the previous page is the last existing one.
            buffer.Write(","u8);
            WriteLink(buffer, "prev"u8, href, query.LinkTo(Math.Min(Number - 1, last)));
        }
        if (HasNext)
        {
            buffer.Write(","u8);
            WriteLink(buffer, "next"u8, href, query.LinkTo(Number + 1));
        }
        buffer.Write(","u8);
        WriteLink(buffer, "last"u8, href, query.LinkTo(IsWhole ? null : last));
    }

    // A query string is percent-encoded: only ASCII, and nothing that JSON escapes.
    private static void WriteLink(JsonBuffer buffer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> href, string query)
    {
        buffer.Write("\""u8);
        buffer.Write(name);
        buffer.Write("\":{\"href\":\""u8);
        buffer.Write(href);
        buffer.WriteAscii(query);
        buffer.Write("\"}"u8);
    }
}
