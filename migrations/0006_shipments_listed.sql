-- no transaction
create index concurrently if not exists shipments_listed
  on shipments (merchant_id, mode, status, updated_at, id)
  where deleted_at is null and not tags @> '{archived}'::text[];
