-- 1: requests
create table catches (
    key            bigint primary key,
    version        int not null,
    price          bigint not null,
    starting_point text not null,
    destination    text not null,
    customer       text not null,
    status         text not null,
    requested_at   timestamptz not null default now()
);
create index catches_open on catches (requested_at) where status = 'requested';

create sequence catch_ids;
