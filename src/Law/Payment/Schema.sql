-- 1: payments, those that the provider is asked for, and cancellations that came before theirs (status null)
create table payments (
    key        bigint primary key,
    version    int not null,
    payment_id bigint unique,
    amount     bigint not null,
    pay_type   text not null,
    status     text,
    asked      boolean not null,
    asked_at   timestamptz not null default now(),
    given_back boolean not null
);

create index payments_asked on payments (asked_at) where asked;

create sequence payment_ids;
