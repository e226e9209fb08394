-- Ids under which clients of other services know a parcel: ids that came with it from there, and
-- second ids of a drop-in API. A parcel's own UUID needs a row only once it is deleted there.
create table external_ids (
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  service text not null,
  external_id text not null,
  shipment_id uuid not null,
  created_at timestamptz not null,
  -- The service's client deleted it: the id leads nowhere any more, the parcel stays.
  deleted_at timestamptz,
  primary key (merchant_id, mode, service, external_id)
);
create index external_ids_by_shipment on external_ids (shipment_id, service, created_at);
-- Lists of a service, newest first.
create index external_ids_by_age on external_ids (merchant_id, mode, service, created_at, external_id)
  where deleted_at is null;
call waybill_protect('external_ids');
