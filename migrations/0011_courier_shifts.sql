-- A pause within a shift: the courier gets no offers and keeps the route. In force from paused_at
-- until pause_ends_at; null: until somebody resumes the courier.
alter table couriers
  add column paused_at timestamptz,
  add column pause_ends_at timestamptz;

-- Shifts that are planned. A timer starts them; couriers have the shift that runs.
create table courier_shifts (
  id uuid primary key,
  courier_id uuid not null references couriers on delete cascade,
  merchant_id uuid not null,
  mode text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  started boolean not null default false,
  check (starts_at < ends_at)
);
create index courier_shifts_due on courier_shifts (starts_at) where not started;
create index courier_shifts_by_end on courier_shifts (ends_at);
create index courier_shifts_of_courier on courier_shifts (courier_id, ends_at);
create index courier_shifts_of_tenant on courier_shifts (merchant_id, mode, ends_at);
call waybill_protect('courier_shifts');
