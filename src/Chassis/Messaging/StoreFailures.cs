using System.Data.Common;
using System.Net.Sockets;

namespace Mannam.Messaging;

/// <summary>The cause of a store's failure.</summary>
public enum StoreFault
{
    /// <summary>The failure is not the store's.</summary>
    None,

    /// <summary>A concurrent change of the same row: decide again on the current state.</summary>
    Conflict,

    /// <summary>The data: the store would refuse them at every attempt.</summary>
    Data,

    /// <summary>External reasons, such as locks, a full disk or maintenance: retry without limit.</summary>
    Refused,

    /// <summary>The connection is lost, or there was none: the result of a running commit is unknown.</summary>
    Unreachable,
}

/// <summary>A store's error, as its adapter classifies it.</summary>
/// <param name="Fault">The cause.</param>
/// <param name="Code">The store's code, such as an SQLSTATE; null if there is none.</param>
public readonly record struct StoreError(StoreFault Fault, string? Code)
{
    /// <summary>The row exists already.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>The unique or exclusion constraint that would be broken; null if there is none.</summary>
    public string? Constraint { get; init; }

    /// <summary>The scheduled message was handled and is gone.</summary>
    public bool IsDone { get; init; }

    /// <summary>A row was locked for longer than the transaction waits.</summary>
    public bool IsLocked { get; init; }

    /// <summary>The session has lost a prepared statement, or has an outdated one: on another connection the command works.</summary>
    public bool IsStatementLost { get; init; }

    /// <summary>A temporary conflict: another attempt may succeed. A row that exists already is not temporary.</summary>
    public bool IsTransientConflict { get; init; }
}

/// <summary>Port: how an adapter reads exceptions of its store's driver.</summary>
public interface IStoreErrors
{
    /// <summary>The error in this one exception, without its causes; null if it is not this store's.</summary>
    StoreError? Read(Exception e);

    /// <summary>Our own words for a code, because the store's text may contain personal data; null if it is no code of this store.</summary>
    string? WordsOf(string code);
}

/// <summary>What a store's failure means for requests, events and scheduled messages. It also looks at an exception's causes.</summary>
public static class StoreFailures
{
    private static IStoreErrors[] _readers = [];

    /// <summary>Registers an adapter's reader of exceptions. A second registration in the process has no effect.</summary>
    public static void Register(IStoreErrors errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        lock (typeof(StoreFailures))
        {
            if (!_readers.Any(r => r.GetType() == errors.GetType()))
                _readers = [.. _readers, errors];
        }
    }

    /// <summary>The cause of a failure.</summary>
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

    /// <summary>A concurrent change of the same row: the decision is repeated on the current state.</summary>
    public static bool IsConflict(Exception e) => Of(e) is StoreFault.Conflict;

    /// <summary>The row exists already.</summary>
    public static bool IsDuplicate(Exception e) => Said(e)?.IsDuplicate is true;

    /// <summary>The unique or exclusion constraint that would be broken; null if there is none.</summary>
    public static string? ConstraintOf(Exception e) => Said(e)?.Constraint;

    /// <summary>The scheduled message was handled and is gone: nothing is committed.</summary>
    public static bool IsDone(Exception e) => Said(e)?.IsDone is true;

    /// <summary>A row was locked for longer than the transaction waits.</summary>
    public static bool IsLocked(Exception e) => Said(e)?.IsLocked is true;

    /// <summary>A row or a slot is not free: nothing is committed, and a retry may succeed soon.</summary>
    public static bool IsBlocked(Exception e) => e is BusyException || IsLocked(e);

    /// <summary>The store, or a free connection to it, did not answer in time: an immediate retry would wait as long again.</summary>
    public static bool IsTimeout(Exception e) =>
        e is DbException { InnerException: TimeoutException } or { InnerException: DbException { InnerException: TimeoutException } };

    /// <summary>The session has lost a prepared statement: on another connection the command works.</summary>
    internal static bool IsStatementLost(Exception e) => Said(e)?.IsStatementLost is true;

    /// <summary>The store is unreachable, or the connection was lost: the result of a running commit is unknown.</summary>
    public static bool IsStoreUnreachable(Exception e) => Of(e) is StoreFault.Unreachable;

    /// <summary>The store refuses for reasons outside of the command, so the same command may succeed later.</summary>
    public static bool IsExternal(Exception e) =>
        e is BusyException
        || Of(e) switch
        {
            StoreFault.Refused or StoreFault.Unreachable => true,
            // The decision was repeated, and another transaction was always faster.
            StoreFault.Conflict => Said(e)?.IsTransientConflict is true,
            _ => false,
        };

    /// <summary>The store's code, such as an SQLSTATE; null if there is none.</summary>
    public static string? CodeOf(Exception e) => Said(e)?.Code;

    /// <summary>Our own words for a code; null if it is no code of a known store.</summary>
    public static string? WordsOf(string code) => _readers.Select(r => r.WordsOf(code)).FirstOrDefault(w => w is not null);

    /// <summary>A text for everybody. Exception texts may contain personal data, addresses or names.</summary>
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
