-- The bridge that reported it: a service such as an aggregator, which reports other carriers' parcels. Null
-- for everything that the parcel's own carrier, the merchant or the hub reported.
alter table facts add column bridge text;
alter table snapshots add column bridge text;
alter table pulls add column bridge text;

-- down
alter table facts drop column bridge;
alter table snapshots drop column bridge;
alter table pulls drop column bridge;
