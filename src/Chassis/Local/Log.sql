-- 1: a topic, shaped as Kafka's: records by partition and offset, kept forever
create table log (
    partition int not null,
    "offset"  bigint not null,
    key       bigint not null,
    headers   json not null,
    value     json not null,
    primary key (partition, "offset")
);
create index log_key on log (key);

-- 2: the identity of this log: one that is made anew has another
create table history (id uuid not null default gen_random_uuid());
insert into history default values;

-- 3: its number of partitions. An older log gets the number that is configured at its next start, or more if its records are in more
alter table history add partitions int;
