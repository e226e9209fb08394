import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Rendered, TicketUpdate } from '../../contract.ts';
import { messageOf, renderedOf, startFake } from '../test-bench.ts';
import { testDeps } from '../test-deps.ts';
import { plugin } from './plugin.ts';

let accepted: Record<string, unknown>[];
let server: Awaited<ReturnType<typeof startFake>>;
beforeEach(async () => {
  accepted = [];
  server = await startFake(
    () => true,
    ({ body }) => {
      accepted.push(JSON.parse(body.toString('utf8')));
      return { status: 200, body: { id: 7 } };
    },
    {},
  );
});
afterEach(() => server.close());

const contact = { name: 'Anna Schmidt', email: 'anna@example.com', phone: null };

async function tell(update: TicketUpdate, config: object = {}): Promise<Record<string, unknown>> {
  const url = `${server.url}/tickets`;
  const channel = plugin.open({ url, ...config }, 'ticket', testDeps({ trusted: true }));
  const ticket = renderedOf('ticket') as Extract<Rendered, { kind: 'ticket' }>;
  const rendered = { ...ticket, update };
  expect(await channel.send(messageOf('ticket', '', { rendered }))).toMatchObject({
    outcome: 'accepted',
    providerId: '7',
  });
  return accepted.at(-1) ?? {};
}

it('says of one case, by one external id, what was done about it and whom to reach', async () => {
  expect(await tell({ kind: 'opened', happened: ['opened'], contact })).toMatchObject({
    external_id: 'case-019a',
    contact,
    close: false,
    update: { case: 'opened', happened: ['opened'] },
  });
  expect(
    await tell({ kind: 'updated', happened: ['delivery_request_made'], contact }),
  ).toMatchObject({
    external_id: 'case-019a',
    close: false,
    update: { case: 'updated', happened: ['delivery_request_made'] },
  });
  expect(await tell({ kind: 'other', happened: [], contact: null })).toMatchObject({
    update: null,
    contact: null,
    close: false,
  });
});

it('asks for the ticket to be closed at the end, where that is configured', async () => {
  const end: TicketUpdate = { kind: 'resolved', happened: ['closed'], contact };
  expect(await tell(end)).toMatchObject({ close: false, update: { case: 'resolved' } });
  const closing = { close_when_resolved: true };
  expect(await tell(end, closing)).toMatchObject({ close: true });
  expect(await tell({ ...end, kind: 'updated' }, closing)).toMatchObject({ close: false });
});
