import { expect, vi } from 'vitest';
import { BROADCAST_CHARS_MAX, type Broadcast } from './broadcast.ts';

const PATIENCE = { timeout: 20_000 };

/** Tests the contract of every broadcast, with two that are connected. */
export async function expectBroadcast(one: Broadcast, two: Broadcast): Promise<void> {
  const received = new Map([one, two].map((each) => [each, [] as string[]]));
  for (const [each, texts] of received) each.on((text) => text !== null && texts.push(text));
  // A process's messages to itself are skipped.
  const words = (of: Broadcast) => (received.get(of) ?? []).filter((text) => !text.startsWith('!'));
  const sent = [
    'x'.repeat(BROADCAST_CHARS_MAX),
    ...Array.from({ length: 250 }, (_, index) => `word ${index}`),
  ];
  for (const text of sent) one.send(text);
  await vi.waitFor(() => expect(words(two)).toEqual(sent), PATIENCE);
  two.send('an answer');
  await vi.waitFor(() => expect(words(one)).toEqual(['an answer']), PATIENCE);
  // Messages in flight have arrived by then.
  for (let index = 0; index < 50; index += 1) one.send(`late ${index}`);
  await one.sent();
  await Promise.all([two.settled(), two.settled()]);
  expect(words(two)).toHaveLength(sent.length + 50);
  const settled = two.settled();
  await two.close();
  await settled;
}
