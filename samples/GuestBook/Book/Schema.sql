-- 1: entries
create table entries (
    key     bigint primary key,
    version int not null,
    guest   text not null,
    text    text not null
);

create sequence entry_ids;
