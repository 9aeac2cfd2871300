using Mannam.PostgreSql;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Law.Schedule;

internal sealed class ScheduleDb(DbContextOptions<ScheduleDb> options) : ServiceDb<Schedule>(options, "schedules");
