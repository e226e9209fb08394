import type { Queryable } from '../../../platform/database/database.ts';
import type { ShownDate } from './rows.ts';

/** Records the dates whose day differs from the recorded one. */
export async function writeShownDates(
  db: Queryable,
  shown: readonly ShownDate[],
  nowMs: number,
): Promise<void> {
  if (shown.length === 0) return;
  await db.query({
    name: 'write_shown_dates',
    text: `
      insert into edd_promises (id, merchant_id, mode, shipment_id, whose, source, shown_at, stage,
        carrier, service_level, lane, date, window_from, window_to, confidence, miss_probability,
        warned, model_version, shown_on)
      select n.id, n.merchant_id, n.mode, n.shipment_id, n.whose, n.source,
             to_timestamp($1 / 1000.0), n.stage, n.carrier, n.service_level, n.lane, n.date,
             n.window_from, n.window_to, n.confidence, n.miss_probability, n.warned,
             n.model_version, n.shown_on
      from unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[],
                  $8::text[], $9::text[], $10::text[], $11::text[], $12::date[], $13::date[],
                  $14::date[], $15::float8[], $16::float8[], $17::bool[], $18::int[], $19::date[])
        as n(id, merchant_id, mode, shipment_id, whose, source, stage, carrier, service_level,
             lane, date, window_from, window_to, confidence, miss_probability, warned,
             model_version, shown_on)
      left join lateral (select date, warned from edd_promises p
                         where p.shipment_id = n.shipment_id and p.whose = n.whose
                         order by p.shown_at desc, p.id desc limit 1) last on true
      where last.date is distinct from n.date or (n.warned and not last.warned)`,
    values: [
      nowMs,
      shown.map(({ id }) => id),
      shown.map(({ tenant }) => tenant.merchantId),
      shown.map(({ tenant }) => tenant.mode),
      shown.map(({ shipmentId }) => shipmentId),
      shown.map(({ whose }) => whose),
      shown.map(({ source }) => source),
      shown.map(({ stage }) => stage),
      shown.map(({ carrier }) => carrier),
      shown.map(({ serviceLevel }) => serviceLevel),
      shown.map(({ lane }) => lane),
      shown.map(({ date }) => date),
      shown.map(({ from }) => from),
      shown.map(({ to }) => to),
      shown.map(({ confidence }) => confidence),
      shown.map(({ missProbability }) => missProbability),
      shown.map(({ warned }) => warned),
      shown.map(({ modelVersion }) => modelVersion),
      shown.map(({ shownOn }) => shownOn),
    ],
  });
}

/** Records the outcomes; a null day takes back a retracted delivery. */
export async function settleShownDates(
  db: Queryable,
  came: readonly { readonly shipmentId: string; readonly on: string | null }[],
): Promise<void> {
  if (came.length === 0) return;
  await db.query({
    name: 'settle_shown_dates',
    text: `update edd_promises p set delivered_on = c.day
           from unnest($1::uuid[], $2::date[]) as c(id, day)
           where p.shipment_id = c.id and p.delivered_on is distinct from c.day`,
    values: [came.map(({ shipmentId }) => shipmentId), came.map(({ on }) => on)],
  });
}
