import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTransaction } from '../platform/database/database.ts';
import { inboundMessagesById } from './inbound-messages.sql.ts';
import { createInbox, type Inbox, openInboundMessage } from './inbox.ts';
import { openTestIntake, type TestIntake } from './test-intake.ts';

let intake: TestIntake;
let inbox: Inbox;
let notified = 0;
beforeAll(async () => {
  intake = await openTestIntake();
  inbox = createInbox(intake);
  inbox.onStored(() => {
    notified += 1;
  });
});
afterAll(() => intake.close());

const inboundMessage = (text: string) => ({
  source: 'poll' as const,
  carrier: 'acme',
  owner: null,
  trust: 'pulled' as const,
  headers: { ':number': '1', ':status': '200' },
  body: Buffer.from(text),
});

test('inbound messages stored within a transaction that fails are not there, and nobody was notified', async () => {
  let ids: string[] = [];
  const failed = withTransaction(intake.db.pipeline, async (tx) => {
    ids = await inbox.storeWithin(tx, [inboundMessage('lost')]);
    throw new Error('half way');
  });
  await expect(failed).rejects.toThrow('half way');
  expect(await inboundMessagesById(intake.db.pipeline, ids)).toEqual([]);
  expect(notified).toBe(0);
});

test('inbound messages stored within a transaction are there with it, sealed, in the order given', async () => {
  const ids = await withTransaction(intake.db.pipeline, (tx) =>
    inbox.storeWithin(tx, [inboundMessage('first'), inboundMessage('second')]),
  );
  expect(notified).toBe(0);
  inbox.announce();
  expect(notified).toBe(1);
  const rows = await inboundMessagesById(intake.db.pipeline, ids);
  expect(rows.every(({ content }) => !content.includes('first'))).toBe(true);
  const texts = ids.map((id) => {
    const row = rows.find((each) => each.id === id);
    const opened = row && openInboundMessage(row, intake.sealer);
    return [opened && Buffer.from(opened.body).toString(), opened?.headers[':number']];
  });
  expect(texts).toEqual([
    ['first', '1'],
    ['second', '1'],
  ]);
  expect(await withTransaction(intake.db.pipeline, (tx) => inbox.storeWithin(tx, []))).toEqual([]);
});

test('a content of more than 2 kB is in its message’s row, without a second row of TOAST', async () => {
  // Random bytes are as long when compressed.
  await inbox.store({ ...inboundMessage(''), body: Buffer.from(intake.randomBytes(4_096)) });
  const { rows } = await intake.db.pipeline.query<{ bytes: string }>(
    `select pg_relation_size(reltoastrelid) as bytes from pg_class where relname = 'inbound_messages'`,
  );
  expect(rows).toEqual([{ bytes: '0' }]);
});

test('a message is stored compressed, but not in a flood, when its sender would wait for it', async () => {
  const text = 'a parcel '.repeat(500);
  const sizesOf = async (ids: readonly string[]): Promise<number[]> => {
    const rows = await inboundMessagesById(intake.db.pipeline, ids);
    const bodies = rows.map((row) => openInboundMessage(row, intake.sealer)?.body);
    expect(bodies.map((body) => Buffer.from(body ?? []).toString())).toEqual(ids.map(() => text));
    return ids.map((id) => rows.find((row) => row.id === id)?.content.length ?? 0);
  };
  const store = () => inbox.store(inboundMessage(text));
  const sizes = await sizesOf(await Promise.all(Array.from({ length: 40 }, store)));
  expect(Math.max(...sizes.slice(0, 16))).toBeLessThan(text.length / 10);
  expect(Math.min(...sizes.slice(16))).toBeGreaterThan(text.length);

  // The commit has emptied the queue, but the flood has only just begun.
  const next = await store();
  intake.clock.advance(250);
  const [during = 0, after = 0] = await sizesOf([next, await store()]);
  expect(during).toBeGreaterThan(text.length);
  expect(after).toBeLessThan(text.length / 10);
});
