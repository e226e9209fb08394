-- no transaction
create index concurrently if not exists shipments_unindexed on shipments (id)
  where not indexed and deleted_at is null;
