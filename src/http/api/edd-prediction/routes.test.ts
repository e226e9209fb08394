import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../../../platform/clock.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { openTerms, readPredictionPolicy } from '../../../prediction/index.ts';
import { startPredicting } from '../../../reactions/predictions/index.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { prediction } from './routes.ts';

let hub: TestHub;
let predicting: ReturnType<typeof startPredicting>;
let call: Caller;
let foreign: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  const policy = await readPredictionPolicy(`${PROJECT_ROOT}config/prediction.yaml`);
  predicting = startPredicting({
    tracking: hub.tracking,
    terms: openTerms(policy),
    model: { current: () => null },
    randomBytes: systemRandom,
    listener: { on: () => () => {} },
    log: createLog({ level: 'silent' }),
  });
  call = callerOf(hub, (await hub.newKey({ merchant: 'shop' })).text);
  foreign = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
});
afterAll(async () => {
  await predicting.stop();
  await hub.close();
});

describe('why a parcel has its estimate', () => {
  it('is explained in words, with all estimates shown, to its merchant only', async () => {
    const made = await call('POST', '/v1/shipments', {
      carrier: hub.adapters.carriers()[0]?.manifest.name,
      tracking_number: '1234567890',
      promised_date: '2026-03-14',
    });
    const { id } = made.body as { id: string };
    expect((await call('GET', `/v1/shipments/${id}/prediction`)).status).toBe(404);
    await predicting.idle();
    const { status, body } = await call('GET', `/v1/shipments/${id}/prediction`);
    expect(status).toBe(200);
    expect(prediction.parse(body)).toMatchObject({
      source: 'none',
      date: null,
      confidence: 0,
      late: false,
      model_version: null,
      miss_probability: null,
      at_risk: false,
      drivers: [],
      shown: [
        {
          whose: 'promise',
          source: 'promise',
          stage: 'created',
          date: '2026-03-14',
          delivered_on: null,
          error_days: null,
        },
      ],
    });
    expect((await foreign('GET', `/v1/shipments/${id}/prediction`)).status).toBe(404);
  });

  it('explains what influenced the model in the requested language', async () => {
    const made = await call('POST', '/v1/shipments', {
      carrier: hub.adapters.carriers()[0]?.manifest.name,
      tracking_number: '1234567891',
    });
    const { id } = made.body as { id: string };
    await predicting.idle();
    const reasons = { chain: [], drivers: [{ feature: 'silent_days', days: 1.5 }] };
    await hub.db.pipeline.query('update edd_predictions set reasons = $2 where shipment_id = $1', [
      id,
      JSON.stringify(reasons),
    ]);
    const said = async (query: string) => {
      const { body } = await call('GET', `/v1/shipments/${id}/prediction${query}`);
      return prediction.parse(body).drivers[0]?.text;
    };
    expect(await said('')).toMatch(/^How long it has had no update: adds 1\.5 days/);
    expect(await said('?language=de')).toMatch(/^Wie lange es keine .+: 1,5 Tage mehr/);
    expect((await call('GET', `/v1/shipments/${id}/prediction?language=xx`)).status).toBe(422);
  });

  it('gives no estimate for a delivered parcel, however certain the last one was', async () => {
    const made = await call('POST', '/v1/shipments', {
      carrier: hub.adapters.carriers()[0]?.manifest.name,
      tracking_number: '1234567893',
    });
    const { id } = made.body as { id: string };
    await predicting.idle();
    const { pipeline } = hub.db;
    await pipeline.query(
      `update edd_predictions set source = 'carrier', date = '2126-12-24', confidence = 0.3
       where shipment_id = $1`,
      [id],
    );
    const read = async () =>
      prediction.parse((await call('GET', `/v1/shipments/${id}/prediction`)).body);
    expect(await read()).toMatchObject({ date: '2126-12-24', confidence: 0.3 });
    await pipeline.query(`update shipments set status = 'delivered' where id = $1`, [id]);
    expect(await read()).toMatchObject({ source: 'none', date: null, confidence: 0, reasons: [] });
  });

  it('can miss a promise only until it has ended', async () => {
    const made = await call('POST', '/v1/shipments', {
      carrier: hub.adapters.carriers()[0]?.manifest.name,
      tracking_number: '1234567892',
    });
    const { id } = made.body as { id: string };
    await predicting.idle();
    const { pipeline } = hub.db;
    const warned = { promise: '2026-03-14', isAtRisk: true, warned: ['2026-03-14'] };
    await pipeline.query('update edd_predictions set warning = $2 where shipment_id = $1', [
      id,
      JSON.stringify(warned),
    ]);
    const atRisk = async () =>
      prediction.parse((await call('GET', `/v1/shipments/${id}/prediction`)).body).at_risk;
    expect(await atRisk()).toBe(true);
    await pipeline.query(`update shipments set status = 'delivered' where id = $1`, [id]);
    expect(await atRisk()).toBe(false);
  });

  it.each(['no-id', '00000000-0000-7000-8000-000000000000'])('of %s does not exist', async (id) => {
    const { status, body } = await call('GET', `/v1/shipments/${id}/prediction`);
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: '/docs/errors#not_found' });
  });
});
