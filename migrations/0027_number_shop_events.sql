-- The sequence of the last event about the shop in the log.
alter table shops add column sequence integer not null default 0;
-- down
alter table shops drop column sequence;
