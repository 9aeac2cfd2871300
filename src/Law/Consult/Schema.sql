-- 1: consults
create table consults (
    key        bigint primary key,
    version    int not null,
    mobile     text not null,
    location   text not null,
    pay_type   text not null,
    pay_amount bigint not null,
    payment_id bigint,
    status     text not null
);

create sequence consult_ids;
