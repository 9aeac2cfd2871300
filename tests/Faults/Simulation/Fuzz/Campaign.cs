using System.Diagnostics;
using System.Globalization;
using Mannam.Testing;

namespace Mannam.Simulation.Fuzz;

/// <summary>Thousands of bad calls at a running system, in chapters: people use it; then comes what must be refused, and leaves no trace; then what may do anything.</summary>
internal sealed class Campaign(SimulatedBusiness business, Target target, Stores stores, Calls calls, TextWriter told)
{
    private const int AtOnce = 16;
    private const int ActsEachChapter = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // By then it has given back what it does not need; on a machine that has much else to do, later.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    // More than the 30 s that a body has.
    private static readonly TimeSpan EndlessPatience = TimeSpan.FromSeconds(60);
    private readonly Findings findings = new();
    private readonly Random random = new(1);
    private Records records = null!;
    private int number;

    /// <summary>Makes the calls, settles, and checks.</summary>
    /// <param name="requests">How many.</param>
    /// <param name="chapters">In how many chapters.</param>
    /// <param name="endless">How many bodies besides never end.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<Findings> RunAsync(int requests, int chapters, int endless, CancellationToken ct)
    {
        records = new Records(business, 0, stores.Log, target.ShownAsync);
        await SetProviderAsync();
        findings.AtRest = await RestingMegabytesAsync(double.MaxValue, ct);
        var slow = Enumerable.Range(1, endless).Select(n => AskAsync(calls.Endless(-n, 1), EndlessPatience)).ToList();
        for (var chapter = 1; chapter <= chapters; chapter++)
        {
            var (from, to) = (requests * (chapter - 1) / chapters, requests * chapter / chapters);
            await ChapterAsync(from, to, ct);
            told.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{to} requests, {target.Megabytes:0} MB; {findings.Faults} faults found")
            );
        }
        await Task.WhenAll(slow);
        await SettleAsync();
        findings.AtEnd = await RestingMegabytesAsync(findings.AtRest + Findings.MostGrowth, ct);
        await CheckSagasAsync();
        findings.CheckLog(target.Written);
        findings.CheckMemory();
        return findings;
    }

    private async Task<double> RestingMegabytesAsync(double most, CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        await Task.Delay(Rest, ct);
        while (target.Megabytes > most && Stopwatch.GetElapsedTime(began) < LongestRest)
            await Task.Delay(500, ct);
        return target.Megabytes;
    }

    private async Task ChapterAsync(int from, int to, CancellationToken ct)
    {
        await ActAsync();
        await SettleAsync();
        var before = await stores.ContentAsync();
        var last = await stores.LastAsync(business.IdSequences[0]);
        var middle = from + (to - from) * 2 / 5;
        await AllAsync(from, middle, n => calls.Single(n, last, onlyRefused: true), ct);
        await SettleAsync();
        foreach (var (table, content) in await stores.ContentAsync())
        {
            if (before[table] != content)
                findings.Add(
                    "what is refused stores nothing",
                    $"{table} was {before[table]} and is {content} after calls #{from} to #{middle}"
                );
        }
        var cut = AllAsync(middle, to, n => n % 3 == 0 ? calls.Several(n, last) : calls.Single(n, last, onlyRefused: false), ct);
        // What a store that is away makes of it is told, and logged.
        await stores.CutAsync(stores.Services[random.Next(stores.Services.Count)].FullName);
        await cut;
        await SettleAsync();
    }

    private async Task AllAsync(int from, int to, Func<int, Attempt> make, CancellationToken ct)
    {
        number = from - 1;
        await Task.WhenAll(
            Enumerable
                .Range(0, AtOnce)
                .Select(async _ =>
                {
                    while (Interlocked.Increment(ref number) is var mine && mine < to && !ct.IsCancellationRequested && target.IsRunning)
                        await AskAsync(make(mine), Patience);
                })
        );
        ct.ThrowIfCancellationRequested();
        if (!target.IsRunning)
            throw new SimulatorException($"it has ended:\n{target.Written}");
    }

    private async Task AskAsync(Attempt attempt, TimeSpan patience)
    {
        try
        {
            var heard = await Wire.AskAsync(target.Address, attempt, patience);
            findings.Count(heard.Status);
            if (Verdict.Of(attempt, heard) is { } wrong)
                findings.Add(wrong, $"{attempt}\n    → {heard.Status} {heard.Body}", $"{attempt.Call}, {attempt.Kind}");
        }
        catch (OperationCanceledException)
        {
            findings.Add("no hang", $"{attempt}\n    → nothing within {patience.TotalSeconds} s", attempt.Kind);
        }
    }

    // People as the simulation has them; what they do is in all states when the bad calls come.
    private async Task ActAsync()
    {
        var acts = new List<UserAction>();
        var first = await stores.LastAsync(business.IdSequences[0]);
        for (var i = 0; i < ActsEachChapter; i++)
        {
            if (i % 20 == 0)
                (acts, first) = ([], await stores.LastAsync(business.IdSequences[0]));
            var act = business.Next(random, new UserHistory(first, acts));
            acts.Add(act);
            if (act.ChangedSettings is not null || await Users.FindAsync(act, target.ShownAsync) is not { } found)
                continue;
            using var request = Users.RequestOf(found);
            using var answer = await target.Http.SendAsync(request, CancellationToken.None);
            if ((int)answer.StatusCode >= 500 && (int)answer.StatusCode != 503)
                findings.Add("no 5xx but 503", $"{act.Text}: {(int)answer.StatusCode}");
        }
    }

    private async Task SetProviderAsync()
    {
        foreach (var action in business.Preparation)
        {
            using var request = Users.RequestOf(action);
            request.RequestUri = new Uri($"http://localhost/provider{request.RequestUri!.AbsolutePath}");
            using var answer = await target.Http.SendAsync(request, CancellationToken.None);
            answer.EnsureSuccessStatusCode();
        }
    }

    private async Task SettleAsync()
    {
        try
        {
            await stores.SettledAsync(records);
        }
        catch (TimeoutException left)
        {
            findings.Add("comes to rest", left.Message);
        }
    }

    // The simulation's invariants: all services agree, and the ledger is what is paid.
    private async Task CheckSagasAsync()
    {
        var began = Stopwatch.GetTimestamp();
        var events = await records.EventsAsync();
        var (outside, _) = await Records.OutsideAsync(business, 0, service => stores[service]);
        var sagas = new List<Saga>();
        for (var saga = 1; saga <= await stores.LastAsync(business.IdSequences[0]); saga++)
        {
            if (await records.FindAsync(saga, events, outside, [], []) is { } found)
                sagas.Add(found);
        }
        foreach (var broken in sagas.SelectMany(business.Check).Concat(Records.CheckOutside(outside, sagas)))
            findings.Add(broken.Invariant, broken.Details);
        findings.Sagas = sagas.Count;
        told.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{sagas.Count} sagas read in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s")
        );
    }
}
