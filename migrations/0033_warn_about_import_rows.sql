-- Rows that were accepted without a cell that could not be used.
alter table shipment_import_errors add column is_warning boolean not null default false;
-- down
delete from shipment_import_errors where is_warning;
alter table shipment_import_errors drop column is_warning;
