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

-- 3: how many partitions it has. A log that was made before has as many as its next start says, or its records need
alter table history add partitions int;
