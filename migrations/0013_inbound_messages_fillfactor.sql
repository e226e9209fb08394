-- A message is updated once, when it is processed. With room on its page for the second version,
-- only the difference is logged; the dead versions leave as much free space as before.
alter table inbound_messages set (fillfactor = 50);
