-- no transaction
create index concurrently if not exists shipments_archived
  on shipments (merchant_id, mode, status, updated_at, id)
  where deleted_at is null and tags @> '{archived}'::text[];
