using System.Data.Common;
using System.Net.Sockets;

namespace Mannam.Messaging;

/// <summary>Whose fault it is that the store did not do what it was asked.</summary>
public enum StoreFault
{
    /// <summary>The failure is not the store's.</summary>
    None,

    /// <summary>Somebody else changed the same at the same time: decide again on what is there now.</summary>
    Conflict,

    /// <summary>The data that were to be stored: the store refuses them however often it is asked.</summary>
    Data,

    /// <summary>Reasons outside what was asked, such as locks, a full disk or maintenance: ask again, without end.</summary>
    Refused,

    /// <summary>The connection is gone, or there was none: it is not known whether a commit under way was made.</summary>
    Unreachable,
}

/// <summary>What a store said, as its adapter understands it.</summary>
/// <param name="Fault">Whose fault it is.</param>
/// <param name="Code">What the store calls it, such as an SQLSTATE; null where it said nothing.</param>
public readonly record struct StoreError(StoreFault Fault, string? Code)
{
    /// <summary>The row is there already.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>The unique or exclusion constraint that would be broken; null where it is none.</summary>
    public string? Constraint { get; init; }

    /// <summary>The scheduled message was done, and is not there any more.</summary>
    public bool IsDone { get; init; }

    /// <summary>Somebody else held a row for longer than the transaction would wait.</summary>
    public bool IsLocked { get; init; }

    /// <summary>The session does not have what was prepared in it, or not as it was: on another connection the same works.</summary>
    public bool IsStatementLost { get; init; }

    /// <summary>A conflict that passes: whoever decides again may come through. Not so a row that is always there already.</summary>
    public bool IsTransientConflict { get; init; }
}

/// <summary>Port: how an adapter reads the exceptions of its store's driver.</summary>
public interface IStoreErrors
{
    /// <summary>What this one exception, without its causes, says; null where it is not this store's.</summary>
    StoreError? Read(Exception e);

    /// <summary>A code in words of ours, as what a store itself says may hold people's data; null for what is no code of this store.</summary>
    string? WordsOf(string code);
}

/// <summary>What a failure of a store means, for requests, events and scheduled messages alike. Looks at an exception's causes too.</summary>
public static class StoreFailures
{
    private static IStoreErrors[] _readers = [];

    /// <summary>An adapter says how its store's exceptions are read. Once in a process; again it changes nothing.</summary>
    public static void Register(IStoreErrors errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        lock (typeof(StoreFailures))
        {
            if (!_readers.Any(r => r.GetType() == errors.GetType()))
                _readers = [.. _readers, errors];
        }
    }

    /// <summary>Whose fault a failure is.</summary>
    public static StoreFault Of(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (Read(cause) is { } error)
                return error.Fault;
            if (cause is IOException or SocketException or TimeoutException or DbException { IsTransient: true })
                return StoreFault.Unreachable;
        }
        return StoreFault.None;
    }

    /// <summary>Somebody else changed the same at the same time: the decision is made again on what is there now.</summary>
    public static bool IsConflict(Exception e) => Of(e) is StoreFault.Conflict;

    /// <summary>The row is there already.</summary>
    public static bool IsDuplicate(Exception e) => Said(e)?.IsDuplicate is true;

    /// <summary>The unique or exclusion constraint that would be broken; null where it is none.</summary>
    public static string? ConstraintOf(Exception e) => Said(e)?.Constraint;

    /// <summary>The scheduled message was done, and is not there any more: nothing is committed.</summary>
    public static bool IsDone(Exception e) => Said(e)?.IsDone is true;

    /// <summary>Somebody else held a row for longer than this transaction would wait.</summary>
    public static bool IsLocked(Exception e) => Said(e)?.IsLocked is true;

    /// <summary>Others hold what it needs, a row or a place: nothing is committed, and it may be tried again soon.</summary>
    public static bool IsBlocked(Exception e) => e is BusyException || IsLocked(e);

    /// <summary>The store, or a free connection to it, did not answer in time: whoever asks again at once waits as long again.</summary>
    public static bool IsTimeout(Exception e) =>
        e is DbException { InnerException: TimeoutException } or { InnerException: DbException { InnerException: TimeoutException } };

    /// <summary>The session does not have what was prepared in it: on another connection the same works.</summary>
    internal static bool IsStatementLost(Exception e) => Said(e)?.IsStatementLost is true;

    /// <summary>The store could not be reached, or the connection was lost: it is not known whether a commit under way was made.</summary>
    public static bool IsStoreUnreachable(Exception e) => Of(e) is StoreFault.Unreachable;

    /// <summary>The store does not do it for reasons that have nothing to do with what was asked, so it may do the same later.</summary>
    public static bool IsExternal(Exception e) =>
        e is BusyException
        || Of(e) switch
        {
            StoreFault.Refused or StoreFault.Unreachable => true,
            // Decided again and again, and somebody else was always faster.
            StoreFault.Conflict => Said(e)?.IsTransientConflict is true,
            _ => false,
        };

    /// <summary>What the store called it, such as an SQLSTATE; null where it said nothing.</summary>
    public static string? CodeOf(Exception e) => Said(e)?.Code;

    /// <summary>A code in words of ours; null for what is no code of a known store.</summary>
    public static string? WordsOf(string code) => _readers.Select(r => r.WordsOf(code)).FirstOrDefault(w => w is not null);

    /// <summary>What can be shown to everybody: the words of an exception may hold people's data, addresses or names.</summary>
    public static string PublicText(Exception e) =>
        CodeOf(e) is { } code ? $"{code}, {WordsOf(code)}"
        : IsStoreUnreachable(e) ? "no connection"
        : e.GetType().Name;

    // The first cause with a code.
    private static StoreError? Said(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (Read(cause) is { Code: not null } error)
                return error;
        }
        return null;
    }

    private static StoreError? Read(Exception e)
    {
        foreach (var reader in _readers)
        {
            if (reader.Read(e) is { } error)
                return error;
        }
        return null;
    }
}
