-- 1: what riders are recommended
create table recommendations (
    key         bigint primary key,
    version     int not null,
    customer    text,
    destination text,
    cancelled   boolean not null
);
