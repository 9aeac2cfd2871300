-- 1: payments, and cancellations that came before theirs (status null)
create table payments (
    key            bigint primary key,
    version        int not null,
    amount         bigint not null,
    status         text,
    given_back     boolean not null,
    customer       text,
    starting_point text,
    destination    text
);

-- 2: whether the provider is being asked, where that is recorded
alter table payments add asked boolean not null default false;
