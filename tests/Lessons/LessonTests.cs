using Mannam.Abstractions;
using Mannam.Hosting;
using Mannam.Messaging;
using Mannam.Simulation.Lessons;
using Mannam.Tests.Chassis.Counting;
using Mannam.Tests.Chassis.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Lessons;

/// <summary>A PATCH of a status together with what belongs to it, and moments in requests, answers and filters.</summary>
public sealed class LessonTests(PostgresFixture postgres) : CountingTests(postgres)
{
    private ServiceHost _teacher = null!;
    private HttpClient _http = null!;
    private long _last;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _teacher = await World.StartAsync(TeacherService.Declaration);
        _http = HttpOf(_teacher);
    }

    private static HttpClient HttpOf(ServiceHost service) =>
        new(new InProcessHandler(service.Server)) { BaseAddress = new Uri("http://localhost/") };

    private Task<Answer> ChangeAsync(long id, string body) => _http.AskAsync($"PATCH lessons/{id}", body);

    private async Task<long> ScheduledAsync()
    {
        var lesson = new Lesson(++_last);
        var raised = lesson.Schedule("Kim", (int)_last);
        await _teacher.Services.GetRequiredService<Repository<Lesson>>().CreateAsync(lesson, MessageContext.Internal(), raised);
        return _last;
    }

    private async Task<long> ConfirmedAsync(string at = "2050-03-01 09:00:00")
    {
        var id = await ScheduledAsync();
        await ChangeAsync(id, $$"""{"status":"CONFIRMED","trainer":"김하나","heldAt":"{{at}}"}""").Gives(200);
        return id;
    }

    [Fact]
    public async Task A_status_changes_together_with_its_data()
    {
        var id = await ScheduledAsync();

        var changed = await ChangeAsync(id, """{"status":"CONFIRMED","trainer":"김하나","heldAt":"2050-03-01 09:00:00"}""").Gives(200);

        Assert.Equal(("CONFIRMED", "김하나", "2050-03-01 09:00:00"), (changed.At("status"), changed.At("trainer"), changed.At("heldAt")));
        Assert.Equal("\"2\"", changed.Header("ETag"));
    }

    [Theory]
    [InlineData("""{"status":"CONFIRMED"}""", "heldAt", "trainer")]
    [InlineData("""{"status":"CONFIRMED","trainer":null,"heldAt":"2050-03-01 09:00:00"}""", "trainer")]
    [InlineData("""{"status":"CONFIRMED","trainer":" ","heldAt":5}""", "heldAt", "trainer")]
    [InlineData("""{"status":"CONFIRMED","trainer":"A","heldAt":"2020-03-01 09:00:00"}""", "heldAt")]
    [InlineData("""{"status":"SCHEDULED"}""", "status")]
    [InlineData("""{"trainer":"A"}""", "trainer")]
    [InlineData("""{"status":"CANCELED","trainer":"A"}""", "trainer")]
    [InlineData("""{"status":"GIVEN","result":"good","trainer":"A"}""", "trainer")]
    public async Task What_is_wrong_is_named_and_nothing_changes(string body, params string[] fields)
    {
        var id = await ScheduledAsync();

        await ChangeAsync(id, body).Refuses(400, fields);

        var now = await _http.AskAsync($"GET lessons/{id}").Gives(200);
        Assert.Equal(("SCHEDULED", null, "\"1\""), (now.At("status"), now.At("trainer"), now.Header("ETag")));
    }

    [Theory]
    [InlineData("""{"status":"CONFIRMED","trainer":"김하나","heldAt":"2050-03-01 09:00:00"}""", 200)]
    [InlineData("""{"status":"CONFIRMED","trainer":"김하나","heldAt":"2050-03-01T00:00:00Z"}""", 200)]
    [InlineData("""{"status":"CONFIRMED","trainer":"김하나","heldAt":"2050-03-01 09:00:01"}""", 409)]
    [InlineData("""{"trainer":"김하나","heldAt":"2050-03-01 09:00:00"}""", 200)]
    [InlineData("{}", 200)]
    public async Task What_holds_already_changes_nothing(string body, int status)
    {
        var id = await ConfirmedAsync();

        Assert.Equal(status, (await ChangeAsync(id, body)).Status);
        Assert.Equal("\"2\"", (await _http.AskAsync($"GET lessons/{id}")).Header("ETag"));
    }

    [Fact]
    public async Task Each_word_has_data_of_its_own()
    {
        var id = await ConfirmedAsync();

        Assert.Equal("good", (await ChangeAsync(id, """{"status":"GIVEN","result":"good","trainer":"김하나"}""").Gives(200)).At("result"));
        await ChangeAsync(id, """{"status":"GIVEN","result":"bad"}""").Refuses(409);
    }

    [Theory]
    [InlineData("2050-02-30 09:00:00")]
    [InlineData("2050-03-01 24:00:00")]
    [InlineData("2050-03-01 09:00")]
    [InlineData("2050-03-01T09:00:00")]
    [InlineData("2050-02-30T09:00:00Z")]
    [InlineData("2050-03-01T09:00:60Z")]
    [InlineData("2050-03-01T09:00:00+0900")]
    [InlineData("1988-05-08 02:30:00")]
    public async Task A_moment_that_does_not_exist_is_400(string at)
    {
        var id = await ScheduledAsync();

        var refused = await ChangeAsync(id, $$"""{"status":"CONFIRMED","trainer":"A","heldAt":"{{at}}"}""").Refuses(400, "heldAt");

        Assert.StartsWith("heldAt must be a moment that exists", refused.At("errors/heldAt"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2050-03-01 09:00:00", "2050-03-01 00:00:00")]
    [InlineData("2050-03-01T09:00:00+02:00", "2050-03-01 07:00:00")]
    [InlineData("2050-03-01t09:00:00.1234567z", "2050-03-01 09:00:00.123456")]
    public async Task A_moment_is_stored_in_UTC(string at, string stored)
    {
        var id = await ConfirmedAsync(at);

        await using var connection = new NpgsqlConnection(await World.DatabaseAsync("teacher"));
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand($"select (held_at at time zone 'UTC')::text from lessons where key = {id}", connection);
        Assert.Equal(stored, await command.ExecuteScalarAsync(Ct));
    }

    [Theory]
    [InlineData("2050-03-01T09:00:00+09:00", "2050-03-01T00:00:00Z")]
    [InlineData("2050-03-01T00:00:00.5Z", "2050-03-01T00:00:00.5Z")]
    public async Task Elsewhere_a_moment_is_RFC_3339_in_and_out(string sent, string shown)
    {
        using var desk = HttpOf(await World.StartAsync(DeskService.Declaration));
        var made = await desk.AskAsync("POST orders", $$"""{"teacher":"Kim","endsAt":"{{sent}}"}""").Gives(201);

        Assert.Equal(shown, made.At("endsAt"));
        await desk.AskAsync("POST orders", """{"teacher":"Kim","endsAt":"2050-03-01 09:00:00"}""").Refuses(400, "endsAt");
        await desk.AskAsync("GET orders?endsBefore=2050-03-01%2009:00:00").Refuses(400, "endsBefore");
    }

    [Theory]
    [InlineData("from=2050-03-02 00:00:00", 2)]
    [InlineData("from=2050-03-01T15:00:00Z&to=2050-03-03 09:00:00", 1)]
    [InlineData("to=2050-03-01 09:00:00", 0)]
    public async Task Items_are_found_by_moments(string query, int found)
    {
        foreach (var day in (int[])[1, 2, 3])
            await ConfirmedAsync($"2050-03-0{day} 09:00:00");

        var lessons = await _http.AskAsync($"GET lessons?{query.Replace(" ", "%20", StringComparison.Ordinal)}").Gives(200);

        Assert.Equal(found, lessons.Rows("lessons").Count);
        await _http.AskAsync("GET lessons?from=tomorrow").Refuses(400, "from");
    }

    [Fact]
    public async Task OpenAPI_shows_the_words_and_their_data()
    {
        var document = await _http.AskAsync("GET openapi/v1.json").Gives(200);

        var patch = document.Json["paths"]!["/lessons/{id}"]!["patch"]!["requestBody"]!["content"]!["application/merge-patch+json"]![
            "schema"
        ]!;
        Assert.Equal(["status", "trainer", "heldAt", "result"], patch["properties"]!.AsObject().Select(p => p.Key));
        Assert.Null(patch["required"]);
        Assert.Equal(["CONFIRMED", "GIVEN", "CANCELED"], patch["properties"]!["status"]!["enum"]!.AsArray().Select(word => (string)word!));
    }
}
