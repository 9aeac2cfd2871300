-- 1: events on their way, positions in the topics, events handled, things due
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

-- Emptied all day long: vacuumed by what was deleted, not by a share of the table.
alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- 2: events that could not be handled: they wait to be tried again, or are parked. Numbered in the order in which they are handled within a saga
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

-- 3: what is remembered of requests with an Idempotency-Key
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

-- 4: what an update calls that finds another version than the one that was loaded, so that it fails as an insert does, and all that was sent with it
create function outdated() returns boolean language plpgsql as $$
begin
    raise exception 'the aggregate was changed by somebody else since it was loaded' using errcode = 'serialization_failure';
end
$$;

-- 5: what others refuse is never given up: how often in a row, by whom (kind), why (code), and since when. And what a probe draws from, to see that the
-- store writes: it fails where nothing can be written, and locks nothing
alter table waiting add refusals int not null default 0, add code text, add refused_since timestamptz;
create index waiting_refused on waiting (kind) where refused_since is not null;
alter table due add code text, add failing_since timestamptz;
create index due_failing on due (kind) where failing_since is not null;
create sequence writes;

-- 6: when a moment was set that something waits for: one that was set in the future comes from a wrong clock, and is due
alter table due add set_at timestamptz not null default now();
create index due_set_at on due (set_at);
alter table waiting add set_at timestamptz not null default now();
create index waiting_set_at on waiting (set_at) where parked_at is null;
-- 7: a position belongs to the topic's history that it was read in: the topic's identity, and the event that was read last. Where it began again, events up to
-- handled_below were handled before, though the inbox has forgotten them
alter table positions add column history text, add column last uuid, add column handled_below uuid;

-- 8: up to which event the inbox was cleaned. Of what is older, nobody can tell any more whether it was handled
create table forgotten (
    one    boolean primary key default true check (one),
    newest uuid not null
);
insert into forgotten (newest)
select coalesce((select event_id from inbox order by event_id limit 1), '00000000-0000-0000-0000-000000000000');

-- 9: what the removal of a scheduled message calls that is not there any more, so that what was decided on it fails too: somebody else has decided
create function is_done() returns boolean language plpgsql as $$
begin
    raise exception 'the scheduled message was done already' using errcode = 'MN001';
end
$$;
