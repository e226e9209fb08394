import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { ensureMerchant } from '../../merchants/index.ts';
import { systemRandom } from '../clock.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { createKeyring, type Keyring } from '../sealing/sealing.ts';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { createEventFeed, type EventFeed, type FeedPage, LATEST } from './event-feed.ts';
import { appendToLog, type LogEntry, type NewLogEntry, SHARDS, withShard } from './event-log.ts';

const NOW_MS = Date.UTC(2026, 2, 10);

let made: TestDatabase;
let db: Database;
let keyring: Keyring;
let feed: EventFeed<LogEntry>;
let merchants = 0;
/** Entries are returned as they are: this test does not interpret them. */
const asItIs = (entry: LogEntry): LogEntry => entry;

beforeAll(async () => {
  made = await createTestDatabase();
  db = openDatabase({ url: made.url });
  keyring = createKeyring([new Uint8Array(32).fill(7)], systemRandom);
  feed = createEventFeed({ db, keyring, read: asItIs });
});
afterAll(async () => {
  await db.end();
  await made.drop();
});

/** Creates a new merchant, so that no test reads another's entries. */
async function tenant(mode: Tenant['mode'] = 'test'): Promise<Tenant> {
  merchants += 1;
  const slug = `feed-${merchants}`;
  const { id } = await ensureMerchant(db.pipeline, { id: crypto.randomUUID(), slug, name: slug });
  return { merchantId: id, mode };
}

function entry(of: Tenant, subjectId: string, sequence: number, type = 'thing.happened') {
  const id = uuidV7(NOW_MS, systemRandom(10));
  const common = { id, tenant: of, subjectId, sequence, type, occurredAtMs: NOW_MS };
  return { ...common, data: { sequence }, previousAttributes: {} } satisfies NewLogEntry;
}

async function append(shard: number, entries: readonly NewLogEntry[]): Promise<void> {
  await withShard(db.pipeline, shard, (tx) => appendToLog(tx, shard, entries, NOW_MS));
}

async function page(of: Tenant, after: string | null, limit = 100): Promise<FeedPage<LogEntry>> {
  const read = await feed.read(of, { after, limit });
  if (read.kind !== 'page') throw new Error('the cursor was refused');
  return read;
}

/** Reads everything from the beginning, page by page; returns the entries and the last cursor. */
async function all(of: Tenant, limit: number, from: string | null = null) {
  const entries: LogEntry[] = [];
  let after = from;
  for (;;) {
    const read = await page(of, after, limit);
    entries.push(...read.entries);
    after = read.next;
    if (!read.hasMore) return { entries, next: read.next };
  }
}

describe('a feed', () => {
  it('hands out everything once, page by page, in order for each subject', async () => {
    const of = await tenant();
    const subjects = Array.from({ length: 12 }, () => crypto.randomUUID());
    for (let sequence = 1; sequence <= 5; sequence += 1) {
      for (const [i, subject] of subjects.entries()) {
        await append((i * 7) % SHARDS, [entry(of, subject, sequence)]);
      }
    }
    for (const limit of [1, 7, 200]) {
      const { entries } = await all(of, limit);
      expect(entries).toHaveLength(60);
      for (const subject of subjects) {
        const mine = entries.filter(({ subjectId }) => subjectId === subject);
        expect(mine.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
      }
    }
  });

  it('continues after its cursor, and returns the same cursor while nothing is new', async () => {
    const of = await tenant();
    const subject = crypto.randomUUID();
    await append(3, [entry(of, subject, 1)]);
    const { next } = await all(of, 10);
    expect(await page(of, next)).toEqual({ kind: 'page', entries: [], next, hasMore: false });
    await append(3, [entry(of, subject, 2)]);
    const after = await page(of, next);
    expect(after.entries.map(({ sequence }) => sequence)).toEqual([2]);
    expect((await page(of, next)).entries).toHaveLength(1);
  });

  it('misses nothing that commits late in one shard while another is read on', async () => {
    const of = await tenant();
    const [slow, quick] = [crypto.randomUUID(), crypto.randomUUID()];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isIn = (): void => {};
    const inserted = new Promise<void>((resolve) => {
      isIn = resolve;
    });
    const late = withShard(db.pipeline, 1, async (tx) => {
      await appendToLog(tx, 1, [entry(of, slow, 1)], NOW_MS);
      isIn();
      await held;
    });
    await inserted;
    await append(2, [entry(of, quick, 1)]); // a higher position, committed first
    const before = await page(of, null);
    expect(before.entries.map(({ subjectId }) => subjectId)).toEqual([quick]);
    release();
    await late;
    const after = await page(of, before.next);
    expect(after.entries.map(({ subjectId }) => subjectId)).toEqual([slow]);
  });

  it('has no gap and no repeat while many write at once', async () => {
    const of = await tenant();
    const subjects = Array.from({ length: 8 }, () => crypto.randomUUID());
    const seen = new Map<string, number[]>(subjects.map((subject) => [subject, []]));
    const writing = Promise.all(
      subjects.map(async (subject, i) => {
        for (let sequence = 1; sequence <= 25; sequence += 1) {
          await append(i * 8, [entry(of, subject, sequence)]);
        }
      }),
    );
    let isWriting = true;
    const done = writing.then(() => {
      isWriting = false;
    });
    let after: string | null = null;
    for (let more = true; more || isWriting; ) {
      const last = isWriting;
      const read: FeedPage<LogEntry> = await page(of, after, 9);
      for (const { subjectId, sequence } of read.entries) seen.get(subjectId)?.push(sequence);
      after = read.next;
      more = read.hasMore || last;
    }
    await done;
    const whole = Array.from({ length: 25 }, (_, i) => i + 1);
    for (const subject of subjects) expect(seen.get(subject)).toEqual(whole);
  });

  it('skips unrequested types for good, and says whether there is more', async () => {
    const of = await tenant();
    const subject = crypto.randomUUID();
    const types = Array.from({ length: 40 }, (_, i) => (i % 10 === 9 ? 'rare' : 'usual'));
    await append(
      9,
      types.map((type, i) => entry(of, subject, i + 1, type)),
    );
    const rare = (e: LogEntry) => e.type === 'rare';
    const first = await feed.read(of, { after: null, limit: 3, wanted: rare });
    if (first.kind !== 'page') throw new Error('refused');
    expect(first.entries.map(({ sequence }) => sequence)).toEqual([10, 20, 30]);
    expect(first.hasMore).toBe(true);
    const second = await feed.read(of, { after: first.next, limit: 3, wanted: rare });
    if (second.kind !== 'page') throw new Error('refused');
    expect(second.entries.map(({ sequence }) => sequence)).toEqual([40]);
    expect(second.hasMore).toBe(false);
    expect((await page(of, second.next)).entries).toEqual([]);
  });

  it('begins at the end on request, and then misses nothing', async () => {
    const of = await tenant();
    const subject = crypto.randomUUID();
    await append(63, [entry(of, subject, 1)]);
    const now = await page(of, LATEST);
    expect(now.entries).toEqual([]);
    await append(63, [entry(of, subject, 2)]);
    await append(0, [entry(of, crypto.randomUUID(), 1)]);
    const { entries } = await all(of, 10, now.next);
    expect(entries.map(({ sequence }) => sequence).sort()).toEqual([1, 2]);
  });
});

describe("a tenant's feed", () => {
  it("holds no other merchant's and no other mode's entries, nor counts them", async () => {
    const [mine, theirs] = [await tenant(), await tenant()];
    const live: Tenant = { ...mine, mode: 'live' };
    for (const of of [theirs, mine, live, theirs]) {
      await append(5, [entry(of, crypto.randomUUID(), 1)]);
    }
    expect((await page(mine, null)).entries.map((e) => e.tenant)).toEqual([mine]);
    expect((await page(live, null)).entries.map((e) => e.tenant)).toEqual([live]);
    expect((await page(theirs, null)).entries).toHaveLength(2);
  });

  it("rejects another tenant's cursor, and one that was changed, truncated or invented", async () => {
    const [mine, theirs] = [await tenant(), await tenant()];
    await append(5, [entry(mine, crypto.randomUUID(), 1)]);
    const { next } = await page(mine, null);
    const live: Tenant = { ...mine, mode: 'live' };
    const flipped = next.slice(0, 60) + (next[60] === 'A' ? 'B' : 'A') + next.slice(61);
    for (const [of, after] of [
      [theirs, next],
      [live, next],
      ...['', 'x', '0', flipped, next.slice(0, -4), `${next}AAAA`, 'a'.repeat(9_000), '!'].map(
        (text) => [mine, text] as const,
      ),
    ] as const) {
      expect(await feed.read(of, { after, limit: 1 })).toEqual({ kind: 'bad_cursor' });
    }
    expect((await page(mine, next)).entries).toEqual([]);
  });

  it('works across a change of the master key while the old key is available', async () => {
    const of = await tenant();
    const subject = crypto.randomUUID();
    await append(7, [entry(of, subject, 1)]);
    const { next } = await page(of, null);
    await append(7, [entry(of, subject, 2)]);
    const old = new Uint8Array(32).fill(7);
    const fresh = new Uint8Array(32).fill(8);
    const rotated = createEventFeed({
      db,
      keyring: createKeyring([fresh, old], systemRandom),
      read: asItIs,
    });
    const read = await rotated.read(of, { after: next, limit: 5 });
    expect(read).toMatchObject({ kind: 'page', entries: [{ sequence: 2 }] });
    const forgotten = createEventFeed({
      db,
      keyring: createKeyring([fresh], systemRandom),
      read: asItIs,
    });
    expect(await forgotten.read(of, { after: next, limit: 5 })).toEqual({ kind: 'bad_cursor' });
  });
});
