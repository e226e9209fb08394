import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import type { DriverStorage, Transport } from './ports.ts';
import type { NewEntry } from './queue.ts';
import { memoryStorage } from './stored.ts';
import { COURIER, FakeHub } from './test-fake-hub.ts';
import { openPhone } from './test-phone.ts';

/** One run of the app until it is killed. */
interface Life {
  /** How many entries each recorded action has. */
  readonly records: readonly number[];
  /** What happens to each request in turn: it never arrives, its answer is lost, or all is well. */
  readonly network: readonly ('lost' | 'answer lost' | 'fine')[];
  /** The number of calls of storage and network after which the app stops. */
  readonly endsAfter: number;
}

const life: fc.Arbitrary<Life> = fc.record({
  records: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
  network: fc.array(fc.constantFrom('lost', 'answer lost', 'fine'), { maxLength: 8 }),
  endsAfter: fc.integer({ min: 3, max: 60 }),
});

const NEVER = new Promise<never>(() => {});

describe('the queue', () => {
  it('makes each action take effect once and in order, wherever the network or the app ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 5 }), async (lives) => {
        const hub = new FakeHub();
        const storage = memoryStorage();
        await openPhone(hub, { storage }).enrolled();
        const surely: string[] = [];
        const perhaps: string[] = [];
        let index = 0;
        for (const each of lives) {
          await live(each, hub, storage, (count) => {
            const names = Array.from({ length: count }, () => {
              index += 1;
              return `parcel ${index}`;
            });
            perhaps.push(...names);
            return { entries: names.map(entryOf), keep: () => surely.push(...names) };
          });
        }
        const last = await openPhone(hub, { storage }).driver.open(COURIER.id);
        expect(await last.flush()).toEqual({ kind: 'idle' });
        const got = hub.effects.map(({ content }) =>
          String(content['tracking_number'] ?? content['received_by']),
        );
        expect(new Set(got).size).toBe(got.length);
        expect(got).toEqual(perhaps.filter((name) => got.includes(name)));
        expect(surely.filter((name) => !got.includes(name))).toEqual([]);
        expect(await storage.list(`courier/${COURIER.id}/queue/`)).toEqual([]);
        expect(await storage.list(`courier/${COURIER.id}/files/`)).toEqual([]);
      }),
      { numRuns: runs(400) },
    );
  });
});

/**
 * The entry with this number. Every third is a proof with a photo, which is sent alone and whose
 * picture is stored separately.
 */
function entryOf(name: string, index: number): NewEntry {
  return index % 3 === 2
    ? {
        proof: {
          shipment_ids: ['x'],
          received_by: name,
          photos: [{ type: 'image/jpeg', bytes: new Uint8Array(8) }],
        },
      }
    : { event: { type: 'scan', tracking_number: name, code: 'LOAD' } };
}

async function live(
  { records, network, endsAfter }: Life,
  hub: FakeHub,
  storage: DriverStorage,
  make: (count: number) => { entries: NewEntry[]; keep: () => void },
): Promise<void> {
  let calls = 0;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const isAlive = () => {
    calls += 1;
    if (calls > endsAfter) end();
    return calls <= endsAfter;
  };
  /** Runs a call before or after which the process may die: then nothing ever returns. */
  const mortal = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!isAlive()) return NEVER;
    const result = await work();
    return isAlive() ? result : NEVER;
  };
  const faults = [...network];
  const transport: Transport = (request) =>
    mortal(async () => {
      const fault = faults.shift() ?? 'fine';
      if (fault === 'lost') throw new TypeError('no network');
      const answer = hub.answer(request);
      if (fault === 'answer lost') throw new TypeError('connection reset');
      return answer;
    });
  const phone = openPhone(hub, {
    transport,
    storage: {
      get: (key) => mortal(() => storage.get(key)),
      list: (prefix) => mortal(() => storage.list(prefix)),
      write: (changes) => mortal(() => storage.write(changes)),
    },
  });
  const run = async () => {
    const session = await phone.driver.open(COURIER.id);
    for (const count of records) {
      const { entries, keep } = make(count);
      await session.record(entries);
      keep();
    }
    await session.flush();
  };
  await Promise.race([run(), ended]);
}
