-- A cell may hold several numbers, so a row of a file may have several parcels.
alter table shipment_import_rows drop constraint shipment_import_rows_pkey;
alter table shipment_import_rows add primary key (import_id, line, shipment_id);
-- down
delete from shipment_import_rows r using shipment_import_rows other
where r.import_id = other.import_id and r.line = other.line and r.shipment_id > other.shipment_id;
alter table shipment_import_rows drop constraint shipment_import_rows_pkey;
alter table shipment_import_rows add primary key (import_id, line);
