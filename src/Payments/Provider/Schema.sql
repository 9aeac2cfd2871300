-- 1: charges, the movements of money, settings
create table charges (
    name   text primary key,
    amount bigint not null,
    state  text not null
);

create table ledger (
    id     bigint generated always as identity primary key,
    name   text not null,
    action text not null,
    amount bigint not null,
    at     timestamptz not null
);
create index ledger_name on ledger (name, id);

create table settings (
    id            int primary key check (id = 1),
    decline_above bigint,
    delay         bigint not null,
    jitter        bigint not null,
    mode          text not null
);
insert into settings values (1, null, 0, 0, 'ok');
