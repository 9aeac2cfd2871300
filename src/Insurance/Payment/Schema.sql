-- 1: payments, and cancellations that came before theirs (status null)
create table payments (
    key        bigint primary key,
    version    int not null,
    payment_id bigint unique,
    amount     bigint not null,
    status     text,
    asked      boolean not null,
    given_back boolean not null
);

create sequence payment_ids;
