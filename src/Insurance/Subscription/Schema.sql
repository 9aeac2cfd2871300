-- 1: applications
create table subscriptions (
    key             bigint primary key,
    version         int not null,
    product_name    text not null,
    premium         bigint not null,
    customer        text,
    payment_id      bigint,
    underwriting_id bigint,
    status          text not null,
    is_paid         boolean not null,
    requested_at    timestamptz not null default now()
);
create index subscriptions_open on subscriptions (requested_at) where status = 'created' and not is_paid;

create sequence subscription_ids;
