-- The two indexes by status, of archived parcels and of the others, serve their lists.
drop index if exists shipments_by_status;
drop index if exists shipments_by_update;
-- Only the version before finds parcels by this one, and few at a time.
drop index if exists shipments_without_people;
