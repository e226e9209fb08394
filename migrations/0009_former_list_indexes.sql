-- The two indexes by status, of archived parcels and of the others, serve their lists.
drop index if exists shipments_by_status;
drop index if exists shipments_by_update;
