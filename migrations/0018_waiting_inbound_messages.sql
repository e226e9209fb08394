-- Inbound messages that wait to be processed have a row here until they are. While that was a state
-- of the message, marking it as processed wrote its whole row again, with its content.
create table waiting_inbound_messages (
  received_at timestamptz not null,
  inbound_message_id uuid not null,
  -- As in inbound_messages.
  partition smallint not null,
  primary key (partition, inbound_message_id)
);
call waybill_protect_internal('waiting_inbound_messages');

-- Null, or 'dead'. A version before this migration writes 'received' and 'processed'; maintenance
-- gives its 'received' rows a row above.
alter table inbound_messages alter column fate drop not null;
