import { afterEach, beforeEach, expect, it } from 'vitest';
import { deliveryIdOf } from '../deliveries/body.ts';
import { startTestWebhooks, type TestWebhooks } from '../test-webhooks.ts';
import { insertMade } from './make.sql.ts';

let hooks: TestWebhooks;
beforeEach(async () => {
  hooks = await startTestWebhooks();
  await hooks.engine.stop();
});
afterEach(() => hooks.close());

const ENDPOINT = '01930000-0000-7000-8000-0000000000ee';
const SUBJECT = '01930000-0000-7000-8000-0000000000aa';

/**
 * Creates deliveries of one subject's events up to that sequence, as the consumer of the log does.
 */
function make(from: number, to: number, token: string) {
  const nowMs = hooks.clock.nowMs();
  const queue = { endpointId: ENDPOINT, subjectId: SUBJECT, ...hooks.tenant };
  const deliveries = Array.from({ length: to - from + 1 }, (_, index) => {
    const sequence = from + index;
    const eventId = `01930000-0000-7000-8000-${String(sequence).padStart(12, '0')}`;
    return {
      ...queue,
      id: deliveryIdOf(ENDPOINT, eventId),
      eventId,
      type: 'shipment.expired',
      sequence,
      previousSequence: sequence === 1 ? null : sequence - 1,
      tries: 0,
      body: Buffer.from(`${sequence}`),
      recordedAtMs: nowMs,
      requestedAtMs: nowMs,
    };
  });
  const lease = { nowMs, untilMs: nowMs + 30_000, token };
  const toMake = [{ ...queue, lastSequence: to, hold: true }];
  return insertMade(hooks.db.pipeline, deliveries, toMake, lease);
}

it('writes what is new, and says that the queue is ours', async () => {
  const made = await make(1, 2, '7');
  expect(made).toEqual({ many: 2, held: [{ endpointId: ENDPOINT, subjectId: SUBJECT }] });
});

it('writes only what nobody else has made meanwhile, and leaves him the queue', async () => {
  await make(1, 2, '7');
  expect(await make(2, 3, '8')).toEqual({ many: 1, held: [] });
  const { rows } = await hooks.db.pipeline.query(
    'select sequence, body from webhook_deliveries order by sequence',
  );
  expect(rows.map(({ sequence, body }) => `${sequence} ${body}`)).toEqual(['1 1', '2 2', '3 3']);
});
