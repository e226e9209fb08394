import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, Rendered, TicketUpdate } from '../../contract.ts';
import { messageOf, renderedOf } from '../test-bench.ts';
import { testDeps } from '../test-deps.ts';
import { plugin } from './plugin.ts';
import { start, type ZendeskBench } from './test-bench.ts';

let server: ZendeskBench;
let channel: Channel;

beforeEach(async () => {
  server = await start();
  channel = plugin.open(server.config, 'ticket', testDeps({ apiUrl: server.apiUrl }));
});
afterEach(() => server.close());

const other = { notificationId: '019a0000-0000-7000-8000-0000000000ff' };

it('keeps one case in one ticket: what comes later is a comment there', async () => {
  const first = await channel.send(messageOf('ticket', ''));
  const second = await channel.send(messageOf('ticket', '', other));
  expect(second).toEqual(first);
  expect(server.tickets).toHaveLength(1);
  const [ticket] = server.tickets;
  expect(ticket?.comments).toHaveLength(2);
  expect(ticket?.tags).toEqual(['delivery-exception', 'damaged']);
  expect(ticket?.external_id).toBe('case-019a');
});

it('adds no comment twice, although the answer to the first never came', async () => {
  await channel.send(messageOf('ticket', ''));
  server.fault('taken_and_gone');
  expect(await channel.send(messageOf('ticket', '', other))).toMatchObject({ outcome: 'unknown' });
  server.fault(null);
  expect(await channel.send(messageOf('ticket', '', other))).toMatchObject({ outcome: 'accepted' });
  expect(server.tickets[0]?.comments).toHaveLength(2);
});

it('makes one ticket of two messages at once', async () => {
  const outcomes = await Promise.all([
    channel.send(messageOf('ticket', '')),
    channel.send(messageOf('ticket', '', other)),
  ]);
  expect(server.tickets).toHaveLength(1);
  const late = outcomes.findIndex(({ outcome }) => outcome === 'retry');
  if (late >= 0) await channel.send(messageOf('ticket', '', late === 0 ? {} : other));
  expect(server.tickets[0]?.comments).toHaveLength(2);
});

it('leaves what people have tagged, and follows a closed ticket with another', async () => {
  await channel.send(messageOf('ticket', ''));
  const [ticket] = server.tickets;
  ticket?.tags.push('vip');
  await channel.send(messageOf('ticket', '', other));
  expect(ticket?.tags).toEqual(['delivery-exception', 'damaged', 'vip']);
  if (ticket !== undefined) ticket.status = 'closed';
  const third = { notificationId: '019a0000-0000-7000-8000-0000000000fe' };
  expect(await channel.send(messageOf('ticket', '', third))).toMatchObject({ outcome: 'accepted' });
  expect(ticket?.comments).toHaveLength(2);
  expect(server.tickets).toHaveLength(2);
});

describe('a case that ends', () => {
  const ticket = renderedOf('ticket') as Extract<Rendered, { kind: 'ticket' }>;
  let index = 0;
  const tell = (to: Channel, kind: TicketUpdate['kind']) => {
    index += 1;
    const notificationId = `019a0000-0000-7000-8000-00000000${1_000 + index}`;
    const update = { kind, happened: [], contact: null };
    return to.send(messageOf('ticket', '', { notificationId, rendered: { ...ticket, update } }));
  };
  const solving = () =>
    plugin.open(
      { ...(server.config as object), solve_when_resolved: true },
      'ticket',
      testDeps({ apiUrl: server.apiUrl }),
    );

  it('solves its ticket only where that is configured, and opens it when it begins again', async () => {
    for (const kind of ['opened', 'updated', 'resolved'] as const) await tell(channel, kind);
    expect(server.tickets).toMatchObject([{ status: 'new', comments: { length: 3 } }]);
    const other = solving();
    await tell(other, 'resolved');
    expect(server.tickets).toMatchObject([{ status: 'solved' }]);
    await tell(other, 'updated');
    expect(server.tickets).toMatchObject([{ status: 'solved' }]);
    await tell(other, 'opened');
    expect(server.tickets).toMatchObject([{ status: 'open', comments: { length: 6 } }]);
  });

  it('is added as a comment when the account requires fields before a ticket can be solved', async () => {
    const other = solving();
    await tell(other, 'opened');
    server.wantFields();
    expect(await tell(other, 'resolved')).toMatchObject({ outcome: 'accepted' });
    expect(server.tickets).toMatchObject([{ status: 'new', comments: { length: 2 } }]);
  });

  it('makes no ticket to say so', async () => {
    expect(await tell(solving(), 'resolved')).toEqual({ outcome: 'accepted', providerId: null });
    await tell(solving(), 'opened');
    const [first] = server.tickets;
    if (first !== undefined) first.status = 'closed';
    expect(await tell(solving(), 'resolved')).toMatchObject({ providerId: String(first?.id) });
    expect(server.tickets).toHaveLength(1);
  });
});
