-- Bodies and signatures of an endpoint's webhooks: ours, or those of a service whose clients a
-- merchant still has.
alter table webhook_endpoints add column format text not null default 'waybill'
  check (format in ('waybill', 'easypost', 'aftership'));
