import type { Knex } from 'knex';

/** Offers reach phones whose app is closed: by the browser's push service. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table device_pushes (
      device_id uuid primary key references courier_devices on delete cascade,
      courier_id uuid not null,
      merchant_id uuid not null,
      mode text not null check (mode in ('test', 'live')),
      -- Where to and with which keys, as the browser says; sealed under the master key.
      subscription bytea not null,
      changed_at timestamptz not null
    );
    create index device_pushes_of_courier on device_pushes (courier_id);
    call waybill_protect('device_pushes');

    -- Whom an offer is still to be pushed to: each is taken out before it is sent, so nobody is told twice.
    create table offer_pushes (
      device_id uuid not null references device_pushes on delete cascade,
      shipment_id uuid not null,
      merchant_id uuid not null,
      mode text not null check (mode in ('test', 'live')),
      offered_at timestamptz not null,
      primary key (device_id, shipment_id)
    );
    create index offer_pushes_in_order on offer_pushes (offered_at);
    call waybill_protect('offer_pushes');

    create function waybill_push_offer() returns trigger language plpgsql as $$
    begin
      insert into offer_pushes (device_id, shipment_id, merchant_id, mode, offered_at)
      select p.device_id, new.shipment_id, new.merchant_id, new.mode, new.offered_at
      from device_pushes p where p.courier_id = new.courier_id
      -- One that is ending just now is told nothing, rather than fail the offer.
      for key share of p skip locked
      on conflict do nothing;
      return null;
    end $$;
    create trigger delivery_offers_pushed after insert on delivery_offers
      for each row when (new.state = 'open') execute function waybill_push_offer();

    -- A phone that is signed out, revoked or replaced is told nothing more, whoever ended it.
    create function waybill_end_device_push() returns trigger language plpgsql as $$
    begin
      delete from device_pushes where device_id = new.id;
      return null;
    end $$;
    create trigger courier_devices_push_ended after update of ended_at on courier_devices
      for each row when (new.ended_at is not null) execute function waybill_end_device_push();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger courier_devices_push_ended on courier_devices;
    drop function waybill_end_device_push();
    drop trigger delivery_offers_pushed on delivery_offers;
    drop function waybill_push_offer();
    drop table offer_pushes, device_pushes`);
}
