-- The members of an order that could not be used, when the parcel was registered without them: a list
-- of {field, reason, fix}. Null: none.
alter table shop_parcels add column left_out jsonb;
-- down
alter table shop_parcels drop column left_out;
