-- no transaction
create index concurrently if not exists shipments_by_due_day
  on shipments (merchant_id, mode, due_on, id)
  where deleted_at is null and due_on is not null;
