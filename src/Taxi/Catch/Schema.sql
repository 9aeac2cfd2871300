-- 1: requests
create table catches (
    key            bigint primary key,
    version        int not null,
    price          bigint not null,
    starting_point text not null,
    destination    text not null,
    customer       text not null,
    status         text not null
);

create sequence catch_ids;
