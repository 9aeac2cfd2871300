-- 1: schedules, and cancellations that came before theirs (schedule_id null)
create table schedules (
    key             bigint primary key,
    version         int not null,
    schedule_id     bigint unique,
    lawer_name      text,
    schedule_status text,
    mobile          text not null,
    location        text not null,
    pay_amount      bigint not null
);

create sequence schedule_ids;
