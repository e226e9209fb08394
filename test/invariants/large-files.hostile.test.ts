import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';

/**
 * A large hostile file must not delay other requests. The hub is a process of its own: in this
 * one, requests would also wait for the test.
 */
const MIB = 1_048_576;
const FILE_BYTES = 16 * MIB;
const WAIT_MS_MAX = 200;
const PROBE_EVERY_MS = 10;

let data: string;
let hub: RunningHub;
beforeAll(async () => {
  data = newDataFolder();
  hub = await startHub(data);
  // The first file of a hub loads the parsers.
  await post(filled('tracking_number\n', 'x\n'));
});
afterAll(async () => {
  await hub.stop();
  removeDataFolder(data);
});

function filled(head: string, unit: string, bytes = FILE_BYTES): Buffer<ArrayBuffer> {
  const file = Buffer.alloc(bytes, unit);
  file.write(head);
  return file;
}

async function post(file: Buffer<ArrayBuffer>): Promise<{ status: number; text: string }> {
  const answer = await fetch(new URL('/v1/shipments/import?dry_run=true', hub.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${HUB_TEST_KEY}`, 'content-type': 'text/csv' },
    body: new Uint8Array(file),
  });
  return { status: answer.status, text: await answer.text() };
}

/** CPU time of the hub's request thread, in ms; infinite where Linux does not report it. */
function busyMs(): number {
  const { pid } = hub.child;
  try {
    const [ns] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
    return Number(ns) / 1e6;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/**
 * The longest wait of a request while `work` was under way. On a busy machine other processes
 * delay it as well; the hub accounts for no more than the CPU time that it used meanwhile.
 */
async function longestWaitMs(work: Promise<unknown>): Promise<number> {
  let longest = 0;
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const [from, busyFrom] = [performance.now(), busyMs()];
    await (await fetch(new URL('/healthz', hub.url))).text();
    const [waited, busy] = [performance.now() - from, busyMs() - busyFrom];
    longest = Math.max(longest, Number.isNaN(busy) ? waited : Math.min(waited, busy));
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS))]);
  }
  await over;
  return longest;
}

const HEADER = 'tracking_number,carrier\n';
const FILES: readonly (readonly [what: string, file: () => Buffer<ArrayBuffer>, status: number])[] =
  [
    ['line feeds', () => filled('', '\n'), 422],
    ['quotes', () => filled('', '"'), 422],
    ['commas', () => filled('', ','), 422],
    ['carriage returns', () => filled('', '\r'), 422],
    ['NUL', () => filled('', '\0'), 422],
    ['a single cell', () => filled('', 'a'), 422],
    ['line feeds after a header', () => filled(HEADER, '\n'), 202],
    ['quotes after a header', () => filled(HEADER, '"'), 202],
    ['commas after a header', () => filled(HEADER, ','), 422],
    ['a single cell after a header', () => filled(HEADER, 'a'), 202],
    ['more rows than are taken', () => filled(HEADER, 'a,ups\n'), 422],
    ['100,000 rows', () => filled(HEADER, 'a,ups\n', HEADER.length + 600_000), 202],
    ['300,000 rows', () => filled(HEADER, 'a,ups\n', HEADER.length + 1_800_000), 422],
    ['17 MB', () => filled(HEADER, 'a,ups\n', 17_000_000), 413],
  ];

describe('a file of shipments', () => {
  it.each(FILES)(
    `of %s keeps no other request waiting for more than ${WAIT_MS_MAX} ms`,
    async (_what, file, status) => {
      const answer = post(file());
      expect(await longestWaitMs(answer)).toBeLessThanOrEqual(WAIT_MS_MAX);
      expect((await answer).status).toBe(status);
    },
  );
});
