-- 1: lessons, and cancellations that came before them (without a teacher)
create table lessons (
    key     bigint primary key,
    version int not null,
    teacher text not null,
    status  text not null,
    hour    int not null,
    trainer text,
    held_at timestamptz,
    result  text
);

create unique index lessons_one_an_hour on lessons (teacher, hour) where status <> 'CANCELED';
