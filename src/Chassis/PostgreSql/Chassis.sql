-- 1: outbox, positions in topics, handled events, scheduled messages
create table outbox (
    id       bigint generated always as identity primary key,
    event_id uuid not null,
    key      bigint not null,
    headers  json not null,
    value    json not null
);

create table positions (
    topic     text not null,
    partition int not null,
    next      bigint not null,
    primary key (topic, partition)
);

create table inbox (
    event_id uuid primary key,
    at       timestamptz not null default now()
);

create table due (
    due_id   uuid primary key,
    key      bigint not null,
    kind     text not null,
    data     json not null,
    at       timestamptz not null,
    cause    text not null,
    attempts int not null,
    error    text
);
create index due_at on due (at);

-- Rows are inserted and deleted all day: vacuum by the number of deleted rows, not by a share of the table.
alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- 2: deferred messages and dead letters. Their numbers are the order in which a saga's events are handled
create table waiting (
    waiting_id bigint generated always as identity primary key,
    key        bigint not null,
    topic      text not null,
    partition  int not null,
    "offset"   bigint not null,
    event_id   uuid,
    type       text not null,
    headers    text not null,
    value      text not null,
    kind       text not null,
    attempts   int not null,
    error      text,
    due        timestamptz not null,
    parked_at  timestamptz
);
create index waiting_key on waiting (key, waiting_id) where parked_at is null;
create index waiting_due on waiting (due) where parked_at is null;

-- 3: idempotency keys of requests
create table idempotency (
    id           bytea primary key,
    body         bytea not null,
    request      uuid not null,
    saga         bigint,
    created      timestamptz not null,
    status       int,
    location     text,
    content_type text,
    etag         text,
    answer       bytea
);
create index idempotency_created on idempotency (created);

-- 4: an update that finds another version than the loaded one calls outdated(), so that it fails, with everything that was sent with it
create function outdated() returns boolean language plpgsql as $$
begin
    raise exception 'the aggregate was changed by somebody else since it was loaded' using errcode = 'serialization_failure';
end
$$;

-- 5: external failures are retried without limit: how often in a row, by whom (kind), why (code), since when. A readiness probe draws from a sequence: this
-- fails on a read-only store, and locks nothing
alter table waiting add refusals int not null default 0, add code text, add refused_since timestamptz;
create index waiting_refused on waiting (kind) where refused_since is not null;
alter table due add code text, add failing_since timestamptz;
create index due_failing on due (kind) where failing_since is not null;
create sequence writes;

-- 6: the time at which a due time was set: if it lies in the future, a clock was wrong, and the row is due
alter table due add set_at timestamptz not null default now();
create index due_set_at on due (set_at);
alter table waiting add set_at timestamptz not null default now();
create index waiting_set_at on waiting (set_at) where parked_at is null;
-- 7: a position belongs to a history: the topic's identity and the event before the position. After reading began again, events up to handled_below were
-- handled before, although the inbox has removed their ids
alter table positions add column history text, add column last uuid, add column handled_below uuid;

-- 8: the highest id that the inbox has removed. For older events nobody can know whether they were handled
create table forgotten (
    one    boolean primary key default true check (one),
    newest uuid not null
);
insert into forgotten (newest)
select coalesce((select event_id from inbox order by event_id limit 1), '00000000-0000-0000-0000-000000000000');

-- 9: the removal of a missing scheduled message calls is_done(), so that the decision on it fails too: another attempt has decided
create function is_done() returns boolean language plpgsql as $$
begin
    raise exception 'the scheduled message was done already' using errcode = 'MN001';
end
$$;
