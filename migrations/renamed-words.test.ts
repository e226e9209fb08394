import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from '../src/platform/test-postgres.ts';
import { down, up } from './0060-0079/0060_rename_delivery_requests.ts';

const RULES = {
  rules: [
    { name: 'wish-confirmed', milestones: ['wish_confirmed', 'delivered'], channels: ['email'] },
    { name: 'wish_confirmed_by_us', milestones: ['delivered'] },
  ],
};
const TEMPLATE = { subject: 'Arranged: {wish_text}' };

/** Rows as 0.1.0 wrote them; foreign keys are not what this is about. */
const OLD_ROWS_SQL = `
  insert into merchants (id, slug, name) values (gen_random_uuid(), 'm', 'm');
  set session_replication_role = replica;
  insert into webhook_endpoints (id, merchant_id, mode, sealed, events, created_at, updated_at)
    select gen_random_uuid(), gen_random_uuid(), 'live', '', events::text[], now(), now()
    from unnest(array['{shipment.wish_settled,shipment.delivered}', '{shipment.*}', '{*}']) as events;
  insert into notification_rules (merchant_id, mode, document, generation, updated_at)
    values (gen_random_uuid(), 'live', '${JSON.stringify(RULES)}', 1, now());
  insert into notification_templates (merchant_id, mode, template, language, document, generation, updated_at)
    values ((select id from merchants), 'live', 'wish_confirmed', 'en', '${JSON.stringify(TEMPLATE)}', 1, now());
  insert into notification_windows (merchant_id, mode, shipment_id, subject, channel, address_hash,
      told_until, notification_id)
    values (gen_random_uuid(), 'live', gen_random_uuid(), 'wish_confirmed:w', 'email', '', now(),
      gen_random_uuid());
  insert into case_events (id, case_id, merchant_id, mode, shipment_id, at, type, actor, data)
    values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'live', gen_random_uuid(), now(),
      'wish_taken', 'carrier', '{"wish": "reschedule", "reference": "R"}');
  insert into exception_cases (id, merchant_id, mode, shipment_id, kind, state, outcome, closed_how,
      opened_by, trigger, opened_at, updated_at, closed_at, carrier, lane)
    values (gen_random_uuid(), gen_random_uuid(), 'live', gen_random_uuid(), 'request', 'closed',
      'resolved', 'taken_back', 'recipient', 'wish', now(), now(), now(), 'acme', 'US-10 → US-94');
  insert into recipient_wishes (id, merchant_id, mode, shipment_id, kind, state, actor, wish, created_at)
    values (gen_random_uuid(), gen_random_uuid(), 'live', gen_random_uuid(), 'reschedule', 'taken',
      'recipient', '', now());
  reset session_replication_role;`;

const STORED_SQL = `
  select (select json_agg(events order by events) from webhook_endpoints) as filters,
         (select json_build_array(generation, document) from notification_rules) as rules,
         (select json_build_array(template, document) from notification_templates) as template,
         (select subject from notification_windows) as told,
         (select json_build_array(type, data) from case_events) as history,
         (select json_build_array(closed_how, trigger) from exception_cases) as cases,
         (select state from recipient_wishes) as state`;

const TODAY = {
  filters: [
    ['*'],
    ['delivery_request.resolved', 'shipment.delivered'],
    ['shipment.*', 'delivery_request.*'],
  ],
  rules: [
    2,
    {
      rules: [
        {
          name: 'delivery-request-confirmed',
          milestones: ['delivery_request_confirmed', 'delivered'],
          channels: ['email'],
        },
        RULES.rules[1],
      ],
    },
  ],
  template: ['delivery_request_confirmed', { subject: 'Arranged: {delivery_request_text}' }],
  told: 'delivery_request_confirmed:w',
  history: ['delivery_request_accepted', { delivery_request: 'reschedule', reference: 'R' }],
  cases: ['retracted', 'delivery_request'],
  state: 'accepted',
};

test('what 0.1.0 stored under old names is found under the new ones, and can go back', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client(database.url);
  await client.connect();
  const knex = { raw: (text: string) => client.query(text) };
  await down(knex);
  await client.query(OLD_ROWS_SQL);
  const { rows: before } = await client.query(STORED_SQL);
  await up(knex);
  const { rows: after } = await client.query(STORED_SQL);
  expect(after).toEqual([TODAY]);
  await down(knex);
  const { rows: again } = await client.query(STORED_SQL);
  expect(again[0]).toEqual({ ...before[0], rules: [3, RULES] });
  await client.end();
  await database.drop();
});
