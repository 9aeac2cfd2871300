-- 1: pages
create table my_pages (
    key            bigint primary key,
    version        int not null,
    price          bigint,
    starting_point text,
    destination    text,
    customer       text,
    driver         text,
    status         text
);
create index my_pages_customer on my_pages (customer, key);

-- 2: pages are found by the NFC form of the customer
drop index my_pages_customer;
create index my_pages_customer on my_pages (normalize(customer), key);
