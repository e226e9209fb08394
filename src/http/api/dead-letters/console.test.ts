import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestConsole, type TestConsole } from '../../console/hub/test-console.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let cookie: string;
let visit: TestConsole['visit'];
beforeAll(async () => {
  hub = await createTestHub();
  ({ cookie, visit } = await openTestConsole(hub));
});
afterAll(() => hub.close());

const pageOf = async (query = '') =>
  (await visit(`/console/hub/dead-letters${query}`, cookie)).text;

async function dead(carrier: string): Promise<void> {
  await hub.db.pipeline.query(
    `insert into inbound_messages (id, received_at, source, carrier, trust, content, partition, fate,
       fate_reason)
     values (gen_random_uuid(), now(), 'webhook', $1, 'signed', '', 0, 'dead', 'no JSON')`,
    [carrier],
  );
}

it('has a tab for each carrier once there are several, and one button for all', async () => {
  const empty = await pageOf();
  expect(empty).toContain('Everything received was processed.');
  expect(empty).not.toMatch(/class="tabs"|Process all/);
  await dead('fedex');
  expect(await pageOf()).not.toContain('class="tabs"');
  await dead('ups');
  const both = await pageOf();
  expect(both).toMatch(/all <span>2<\/span>.*FedEx <span>1<\/span>.*UPS <span>1<\/span>/);
  expect(both.match(/Process all 2 again/g)).toHaveLength(1);
  expect(await pageOf('?carrier=ups')).toContain('Process all 1 from UPS again');
});
