import { describe, expect, it } from 'vitest';
import type { Tenant } from '../../kernel/tenant.ts';
import type { RecordFault, SentRecord } from './read-record.ts';
import { createRecordIntake, type RefusedRow } from './take-records.ts';

const ACME = '0195a000-0000-7000-8000-000000000001';
const OTHER = '0195a000-0000-7000-8000-000000000002';
const BAD: RecordFault = {
  code: 'invalid',
  pointer: '/code',
  reason: { 'values.verbatim': { text: 'It is bad.' } },
  fix: { 'values.verbatim': { text: 'Mend it.' } },
};

let offset = 0n;
function record(
  value: unknown,
  headers: Record<string, string> = { merchant: 'acme' },
): SentRecord {
  offset += 1n;
  return {
    topic: 'scan-events',
    partition: 0,
    offset,
    key: null,
    value: typeof value === 'string' ? value : JSON.stringify(value),
    headers: new Map(Object.entries(headers)),
  };
}

function bench({ failsAt = 0 }: { failsAt?: number } = {}) {
  const accepted: { readonly tenant: Tenant; readonly rows: readonly unknown[] }[] = [];
  const refused: RefusedRow[] = [];
  let takes = 0;
  const handle = createRecordIntake({
    merchants: {
      idOf: async (slug) => (slug === 'acme' ? ACME : null),
      folderOf: async ({ merchantId }) => (merchantId === OTHER ? 'other/live/' : null),
    },
    rowsMax: 3,
    async take(tenant, rows) {
      takes += 1;
      if (takes === failsAt) throw new Error('the disk is full');
      accepted.push({ tenant, rows });
      return rows.map((row) =>
        row !== null && typeof row === 'object' && 'bad' in row ? BAD : null,
      );
    },
    async refuse(rows) {
      refused.push(...rows);
    },
  });
  return { handle, accepted, refused };
}

const live = (merchantId: string): Tenant => ({ merchantId, mode: 'live' });

describe('records', () => {
  it('are accepted in their order, those of one tenant together, one or many in each', async () => {
    const { handle, accepted, refused } = bench();
    await handle([
      record({ nr: 1 }),
      record([{ nr: 2 }, { nr: 3 }]),
      record({ nr: 4 }),
      record({ nr: 5 }, { merchant_id: OTHER }),
      record({ nr: 6 }, { merchant: 'acme', mode: 'test' }),
    ]);
    expect(accepted).toEqual([
      { tenant: live(ACME), rows: [{ nr: 1 }, { nr: 2 }, { nr: 3 }] },
      { tenant: live(ACME), rows: [{ nr: 4 }] },
      { tenant: live(OTHER), rows: [{ nr: 5 }] },
      { tenant: { merchantId: ACME, mode: 'test' }, rows: [{ nr: 6 }] },
    ]);
    expect(refused).toEqual([]);
  });

  it('are rejected individually, each with its fault, and the others are accepted', async () => {
    const { handle, accepted, refused } = bench();
    await handle([
      record({ nr: 1 }, {}),
      record({ nr: 2 }, { merchant: 'nobody' }),
      record({ nr: 3 }, { merchant_id: ACME }),
      record({ nr: 4 }, { merchant: 'acme', mode: 'demo' }),
      record('{"nr": 5'),
      record('7'),
      record([1, 2, 3, 4]),
      record([{ nr: 8 }, { bad: true }]),
      record('{"bad":  true}'),
      record([]),
    ]);
    expect(accepted.flatMap(({ rows }) => rows)).toEqual([{ nr: 8 }, { bad: true }, { bad: true }]);
    expect(refused.map(({ fault, value }) => [fault.code, value])).toEqual([
      ['no_merchant', '{"nr":1}'],
      ['no_merchant', '{"nr":2}'],
      ['no_merchant', '{"nr":3}'],
      ['invalid', '{"nr":4}'],
      ['invalid', '{"nr": 5'],
      ['invalid', '7'],
      ['invalid', '[1,2,3,4]'],
      ['invalid', '{"bad":true}'],
      ['invalid', '{"bad":  true}'],
    ]);
  });

  it('are delivered again if they could not be stored', async () => {
    const { handle, accepted } = bench({ failsAt: 2 });
    const both = [record({ nr: 1 }), record({ nr: 2 }, { merchant_id: OTHER })];
    await expect(handle(both)).rejects.toThrow('the disk is full');
    await handle(both);
    expect(accepted.map(({ tenant }) => tenant.merchantId)).toEqual([ACME, ACME, OTHER]);
  });

  it('without a value say that there is none', async () => {
    const { handle, refused } = bench();
    await handle([{ ...record(''), value: null }]);
    expect(refused).toMatchObject([{ fault: { code: 'invalid' }, value: '' }]);
  });
});
