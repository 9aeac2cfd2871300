-- 1: lessons
create table lessons (
    key     bigint primary key,
    version int not null,
    status  text not null,
    trainer text,
    held_at timestamptz,
    ends_at timestamptz,
    result  text
);

create sequence lesson_ids;
