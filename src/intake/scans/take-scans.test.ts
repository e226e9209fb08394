import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadAdapters } from '../../adapters/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { runs } from '../../kernel/test-runs.ts';
import { manualClock } from '../../platform/clock.ts';
import type { NewInboundMessage } from '../inbound-message.ts';
import { SCANS_OF_INBOUND_MESSAGE_MAX, type Scan, type ScanSender } from './scan.ts';
import { createRecentScans, createScanIntake } from './take-scans.ts';

const registry = await loadAdapters();
const own = registry.list().find(({ scans }) => scans !== undefined);
const TENANT: Tenant = { merchantId: '0195a000-0000-7000-8000-000000000001', mode: 'test' };
const SENDER: ScanSender = { tenant: TENANT, facilityCodes: null, clockOffsetMs: null };

function bench({ fails = () => false }: { fails?: () => boolean } = {}) {
  const stored: Scan[] = [];
  const inboundMessages: NewInboundMessage[] = [];
  if (own?.scans === undefined) throw new Error('no carrier is scanned');
  const intake = createScanIntake({
    own: { ...own, scans: own.scans },
    adapter: (name) => registry.get(name) ?? null,
    inbox: {
      async store(inboundMessage) {
        if (fails()) throw new Error('the disk is full');
        inboundMessages.push(inboundMessage);
        const body = Buffer.from(inboundMessage.body).toString('utf8');
        stored.push(...JSON.parse(body).scans);
        return 'id';
      },
    },
    facilityOf: () => null,
    recorded: async () => new Set(),
    scanners: { saw() {} },
    clock: manualClock(Date.UTC(2026, 2, 10, 12)),
    recent: createRecentScans(10_000),
  });
  const take = (scans: readonly Scan[]) =>
    intake.take(
      SENDER,
      scans.map((scan) => ({ scan })),
    );
  return { take, stored, inboundMessages };
}

const someScan: fc.Arbitrary<Scan> = fc.record({
  tracking_number: fc.constantFrom('WB00000000000195', 'wb 0000 0000 0001 95', 'WB00000000000292'),
  code: fc.constantFrom('ARRIVE', 'SORT'),
  scanned_at: fc.constantFrom('2026-03-10T11:00:00Z', '2026-03-10T11:00:01Z'),
  facility_code: fc.constantFrom('A', 'B', undefined),
  piece: fc.constantFrom('1', undefined),
});

const nameOf = (scan: Scan) =>
  JSON.stringify([
    scan.tracking_number.replaceAll(' ', '').toUpperCase(),
    ...[scan.code, scan.scanned_at, scan.facility_code ?? null, scan.piece ?? null],
  ]);

describe('taking scans', () => {
  it('stores each one once, however requests cut and repeat them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(someScan, { maxLength: 8 }), { maxLength: 6 }),
        async (requests) => {
          const { take, stored } = bench();
          const accepted: string[] = [];
          for (const scans of requests) {
            const results = await take(scans);
            results.forEach(({ outcome }, index) => {
              const scan = scans[index];
              if (outcome === 'accepted' && scan !== undefined) accepted.push(nameOf(scan));
            });
          }
          const wanted = [...new Set(requests.flat().map(nameOf))].sort();
          expect(accepted.sort()).toEqual(wanted);
          expect(stored.map(nameOf).sort()).toEqual(wanted);
        },
      ),
      { numRuns: runs(200) },
    );
  });

  it('forgets a scan that could not be stored, so that it is accepted when it is sent again', async () => {
    let full = true;
    const { take, stored } = bench({ fails: () => full });
    const scan = { tracking_number: 'WB1', code: 'ARRIVE', scanned_at: '2026-03-10T11:00:00Z' };
    await expect(take([scan])).rejects.toThrow('the disk is full');
    full = false;
    expect(await take([scan])).toEqual([{ outcome: 'accepted' }]);
    expect(stored).toHaveLength(1);
  });

  it('keeps a large request in several inbound messages', async () => {
    const { take, inboundMessages } = bench();
    const many = Array.from({ length: 2 * SCANS_OF_INBOUND_MESSAGE_MAX + 1 }, (_, index) => ({
      tracking_number: `WB${index}`,
      code: 'ARRIVE',
      scanned_at: '2026-03-10T11:00:00Z',
    }));
    await take(many);
    expect(inboundMessages).toHaveLength(3);
    expect(inboundMessages[0]).toMatchObject({ source: 'scan', trust: 'internal' });
    expect(inboundMessages[0]?.owner).toEqual({ accountId: null, ...TENANT });
  });
});
