using Mannam.PostgreSql;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Insurance.MyPage;

internal sealed class MyPageDb(DbContextOptions<MyPageDb> options) : ServiceDb<MyPage>(options, "my_pages");
