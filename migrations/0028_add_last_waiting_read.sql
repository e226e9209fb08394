-- The last order that was read again because it waits for a number; the next comparison goes on after
-- it. Null: it begins with the first order.
alter table shops add column last_waiting_read text;
-- down
alter table shops drop column last_waiting_read;
