-- Contents of up to 8 kB stay in the row of their inbound message. As TOAST values, contents of more
-- than 2 kB cost a second row and an entry of its index, a quarter of PostgreSQL's time for a push
-- (docs/benchmarks.md, ingest). Existing rows stay as they are.
alter table inbound_messages set (toast_tuple_target = 8160);
-- down
alter table inbound_messages reset (toast_tuple_target);
