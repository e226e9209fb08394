-- no transaction
create index concurrently if not exists facts_by_inbound_message on facts (inbound_message_id)
  where message_shared;
