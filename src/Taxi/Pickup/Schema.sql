-- 1: paid requests and who takes them
create table matches (
    key            bigint primary key,
    version        int not null,
    price          bigint,
    starting_point text,
    destination    text,
    customer       text,
    driver         text,
    given_up_by    text,
    cancelled      boolean not null,
    listed         boolean not null
);
create index matches_listed on matches (key) where listed;
create index matches_taken on matches (key) where driver is not null;
