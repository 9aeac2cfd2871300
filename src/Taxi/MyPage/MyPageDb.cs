using Mannam.PostgreSql;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Taxi.MyPage;

internal sealed class MyPageDb(DbContextOptions<MyPageDb> options) : ServiceDb<MyPage>(options, "my_pages");
