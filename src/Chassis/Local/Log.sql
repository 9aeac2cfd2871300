-- 1: a topic with the shape of Kafka's: records by partition and offset, kept forever
create table log (
    partition int not null,
    "offset"  bigint not null,
    key       bigint not null,
    headers   json not null,
    value     json not null,
    primary key (partition, "offset")
);
create index log_key on log (key);

-- 2: the identity of this log: a log that is created again has another one
create table history (id uuid not null default gen_random_uuid());
insert into history default values;

-- 3: its number of partitions. An older log gets the number configured at its next start, or more if its records use more
alter table history add partitions int;
