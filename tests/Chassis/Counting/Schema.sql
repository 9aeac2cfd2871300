-- 1: every service of Counting makes all three tables in its own database, and uses one
create table counters (
    key     bigint primary key,
    version int not null,
    total   bigint not null,
    by      text not null
);

create table ledgers (
    key     bigint primary key,
    version int not null,
    numbers text not null
);
-- Tests of constraints replace it by one that holds for all rows.
create unique index ledgers_numbers on ledgers (numbers) where key < 0;

create table audits (
    key     bigint primary key,
    version int not null,
    counted text not null,
    entered text not null
);

create table askers (
    key     bigint primary key,
    version int not null,
    begun   text not null,
    answers text not null
);

create sequence ids;
