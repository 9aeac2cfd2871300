namespace Mannam.Law.Schedule;

/// <summary>A paid consult on its way to a lawyer. Without an id it remembers a cancellation that came before the payment.</summary>
[Table("schedules")]
internal sealed class Schedule(long key) : Aggregate(key)
{
    public const string Received = "RECEIVED";
    public const string Scheduling = "SCHEDULING";
    public const string Cancelled = "CANCELLED";
    public const string Denied = "DENIED";

    public long ConsultId => Key;
    public long? ScheduleId { get; private set; }

    /// <summary>The lawyer who accepted; kept when the consult is cancelled.</summary>
    public string? LawerName { get; private set; }

    /// <summary><c>RECEIVED</c> → <c>SCHEDULING</c>; both → <c>CANCELLED</c>. It begins as <c>DENIED</c> where the area is not served.</summary>
    public string? ScheduleStatus { get; private set; }
    public string Mobile { get; private set; } = "";
    public string Location { get; private set; } = "";
    public long PayAmount { get; private set; }

    /// <summary>The consult is paid: a lawyer may accept it if its area is served. The comparison ignores case.</summary>
    public IMessage[] Receive(ConsultPayed paid, long id, IReadOnlyList<string> areas)
    {
        if (ScheduleStatus is not null)
            return [];
        (ScheduleId, Mobile, Location, PayAmount) = (id, paid.Mobile, paid.Location, paid.PayAmount);
        var location = UnicodeText.Nfc(paid.Location);
        var served = areas.Any(area => UnicodeText.Nfc(area).Equals(location, StringComparison.OrdinalIgnoreCase));
        ScheduleStatus = served ? Received : Denied;
        return [served ? As<ScheduleReceived>() : As<ScheduleDenied>()];
    }

    /// <summary>A lawyer accepts. Only the first of several lawyers succeeds.</summary>
    public Decision Accept(string lawerName)
    {
        if (ScheduleStatus == Scheduling && UnicodeText.AreEqual(LawerName, lawerName))
            return Decision.NoChange;
        if (ScheduleStatus != Received)
            return ScheduleId is null ? Decision.NotFound : Decision.Conflict(ScheduleStatus!);
        (ScheduleStatus, LawerName) = (Scheduling, lawerName);
        return Decision.Happened(As<ScheduleAccepted>());
    }

    /// <summary>The client cancelled. A schedule that was denied stays denied.</summary>
    public IMessage[] Cancel()
    {
        var waited = ScheduleStatus is Received or Scheduling;
        if (waited || ScheduleStatus is null)
            ScheduleStatus = Cancelled;
        return waited ? [As<ScheduleCancelled>()] : [];
    }
}
