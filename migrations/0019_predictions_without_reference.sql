-- Estimates are stored under the lock of a shipment that the same transaction has read, and deleted
-- with its history. The check locked the shipment's row for each one.
alter table edd_predictions drop constraint edd_predictions_shipment_id_fkey;
