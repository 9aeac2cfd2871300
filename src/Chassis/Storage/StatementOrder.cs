using Mannam.Chassis.Messaging;
using Microsoft.EntityFrameworkCore.Update;
using Microsoft.EntityFrameworkCore.Update.Internal;

namespace Mannam.Chassis.Storage;

/// <summary>The order in which EF Core sends a commit's statements. Its own sorts rows by their keys, which would shuffle the events of a saga, as their
/// ids are random within a millisecond: here events keep the order in which they were raised (guarantee 3).</summary>
#pragma warning disable EF1001 // Internal to EF Core: derived from, so that all but the events stays as it is.
internal sealed class StatementOrder : ModificationCommandComparer
{
    public override int Compare(IReadOnlyModificationCommand? x, IReadOnlyModificationCommand? y) =>
        Event(x) is { } one && Event(y) is { } other ? one.Raised.CompareTo(other.Raised) : base.Compare(x, y);

    private static OutboxRow? Event(IReadOnlyModificationCommand? command) =>
        command?.Entries is [var entry, ..] ? entry.ToEntityEntry().Entity as OutboxRow : null;
}
