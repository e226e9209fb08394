-- Tables that a cluster distributes refer to no table that stays on its coordinator: a reference to
-- `merchants` would make Citus take over all tables connected with it. Rows of a merchant who is
-- deleted are deleted by `deleteDemoRows`, which finds them by `merchant_id`.
alter table delivery_proofs drop constraint delivery_proofs_merchant_id_fkey;
alter table pin_failures drop constraint pin_failures_merchant_id_fkey;
