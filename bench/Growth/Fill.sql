-- Copies one finished request, which people and the services made (requested, paid, taken by a driver), as often as needed. {first} is its key, {last} the last key so far.
-- The services are stopped meanwhile. {first}, {last}, {count} and {now} (in milliseconds) are replaced. Statements after a line "-- in DATABASE" run in that database.

-- in taxi_catch: requests, handled events, and idempotency keys: as many from yesterday (expired) as from today
insert into catches
    select {last} + n, version, price, starting_point, destination, customer, status, requested_at
    from catches, generate_series(1, {count}) n where key = {first};
select setval('catch_ids', {last} + {count});
insert into inbox (event_id, at) select (lpad(to_hex({now} - {count} + n), 12, '0') || '70038000000000000000')::uuid, now() from generate_series(1, {count}) n;
insert into inbox (event_id, at)
    select (lpad(to_hex({now} - 31 * 86400000::bigint + n), 12, '0') || '70038000000000000000')::uuid, now() - interval '31 days' from generate_series(1, {count} / 5) n;
insert into idempotency (id, body, request, saga, created, status, location, content_type, etag, answer)
    select decode(md5(n::text) || md5('x' || n), 'hex'), decode(md5('body' || n) || md5('y' || n), 'hex'), gen_random_uuid(), {last} + n,
        now() - case n % 2 when 0 then interval '1 hour' else interval '25 hours' end,
        201, 'http://localhost/catches/' || n, 'application/hal+json', '"2"', convert_to(repeat('x', 250), 'UTF8')
    from generate_series(1, {count} * 2 / 5) n;

-- in taxi_payment: payments
insert into payments (key, version, amount, status, given_back, customer, starting_point, destination, asked)
    select {last} + n, version, amount, status, given_back, customer, starting_point, destination, asked
    from payments, generate_series(1, {count}) n where key = {first};

-- in taxi_pickup: matches that were taken, and handled events, some of them old
insert into matches (key, version, price, starting_point, destination, customer, driver, given_up_by, cancelled, listed)
    select {last} + n, version, price, starting_point, destination, customer, driver, given_up_by, cancelled, listed
    from matches, generate_series(1, {count}) n where key = {first};
insert into inbox (event_id, at) select (lpad(to_hex({now} - {count} + n), 12, '0') || '70028000000000000000')::uuid, now() from generate_series(1, {count}) n;
insert into inbox (event_id, at)
    select (lpad(to_hex({now} - 31 * 86400000::bigint + n), 12, '0') || '70028000000000000000')::uuid, now() - interval '31 days' from generate_series(1, {count} / 5) n;

-- in taxi_mypage: pages of a thousand riders, and handled events
insert into my_pages (key, version, price, starting_point, destination, customer, driver, status)
    select {last} + n, version, price, starting_point, destination, 'rider ' || n % 1000, driver, status
    from my_pages, generate_series(1, {count}) n where key = {first};
insert into inbox (event_id, at)
    select (lpad(to_hex({now} - {count} + n), 12, '0') || '700' || kind || '8000000000000000')::uuid, now()
    from generate_series(1, {count}) n, generate_series(2, 3) kind;

-- in provider: charges and the movements of money
insert into charges (name, amount, state)
    select 'taxi-' || {last} + n, amount, state from charges, generate_series(1, {count}) n where name = 'taxi-' || {first};
insert into ledger (name, action, amount, at)
    select 'taxi-' || {last} + n, action, amount, at from ledger, generate_series(1, {count}) n where name = 'taxi-' || {first};

-- in taxi_log: three events per request, in the partition of its key (key modulo their number), at offsets without gaps
insert into log (partition, "offset", key, headers, value)
    with template as (
        select row_number() over (order by "offset") kind, headers::text headers, headers->>'ce_id' id, value::text value from log where key = {first}
    ),
    ends as (select partition, max("offset") + 1 next from log group by partition),
    -- Consecutive keys use all twelve partitions in turn: {count} / 12 times three events each.
    place as (select n, (({last} + n) % 12)::int partition, (n - 1) / 12 turn from generate_series(1, {count}) n)
    select p.partition, coalesce(e.next, 0) + p.turn * 3 + t.kind - 1, {last} + p.n,
        replace(
            replace(t.headers, t.id, (lpad(to_hex({now} - {count} + p.n), 12, '0') || '700' || t.kind || '8000000000000000')::uuid::text),
            '"ce_subject":"{first}"', '"ce_subject":"' || {last} + p.n || '"'
        )::json,
        replace(
            replace(t.value, '"matchId":{first},', '"matchId":' || {last} + p.n || ','), '"id":{first},', '"id":' || {last} + p.n || ','
        )::json
    from place p cross join template t left join ends e on e.partition = p.partition;
