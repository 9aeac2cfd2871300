-- 1: thanks
create table thanks (
    key     bigint primary key,
    version int not null,
    words   text not null
);
