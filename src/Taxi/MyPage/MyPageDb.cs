using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Taxi.MyPage;

internal sealed class MyPageDb(DbContextOptions<MyPageDb> options) : ServiceDb(options)
{
    protected override void Map(ModelBuilder model) => model.Entity<MyPage>().ToTable("my_pages");
}
