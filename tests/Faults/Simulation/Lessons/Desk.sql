-- 1: orders
create table orders (
    key     bigint primary key,
    version int not null,
    teacher text not null,
    status  text not null,
    asked   int not null,
    ends_at timestamptz
);

create sequence order_ids;
