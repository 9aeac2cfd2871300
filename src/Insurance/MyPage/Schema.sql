-- 1: pages
create table my_pages (
    key                 bigint primary key,
    version             int not null,
    is_created          boolean not null,
    subscription_status text,
    product_name        text,
    customer            text,
    payment_id          bigint,
    payment_status      text,
    underwriting_id     bigint,
    underwriting_status text,
    underwriter_id      bigint
);
create index my_pages_customer on my_pages (customer, key);

-- 2: pages are found by the NFC form of the customer
drop index my_pages_customer;
create index my_pages_customer on my_pages (normalize(customer), key);
