-- 1: cases, and cancellations that came before theirs (underwriting_id null)
create table underwritings (
    key             bigint primary key,
    version         int not null,
    underwriting_id bigint unique,
    status          text,
    underwriter_id  bigint not null,
    payment_id      bigint,
    is_confirmed    boolean not null
);
create index underwritings_open on underwritings (underwriter_id) where status = 'underwriterAssigned';
create index underwritings_underwriter on underwritings (underwriter_id, underwriting_id);

create sequence underwriting_ids;
