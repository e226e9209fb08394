-- The parcel whose number an order of another customer names; somebody may confirm that it is the same.
alter table shop_parcels add column waits_for uuid;
-- down
alter table shop_parcels drop column waits_for;
