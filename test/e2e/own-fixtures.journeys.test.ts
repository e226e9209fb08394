import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shuffleLists } from '../../packages/adapter-kit/checks/odd-payloads.ts';
import type { CarrierReport } from '../../src/adapters/contract/contract.ts';
import { bridgeCodes, loadAdapters, shipmentCarrier } from '../../src/adapters/index.ts';
import { randomFrom } from '../../src/kernel/seeded-random.ts';
import { reportPreview } from '../../src/tracking/ports/mappings.ts';
import { type Corridor, inWords, openCorridor } from './corridor.ts';

/**
 * The adapters' own fixtures, end to end: a push gives the same result as parsing and folding the
 * payload alone, and repeating it, in any order, adds nothing.
 */
const SEED = 42;
const AGAIN = 3;

const registry = await loadAdapters();
const { carrierOf } = bridgeCodes((carrier) => registry.get(carrier) !== undefined);
let corridor: Corridor;
beforeAll(async () => {
  corridor = await openCorridor();
});
afterAll(() => corridor.close());

for (const { manifest, parse, webhook } of registry.list()) {
  if (webhook === undefined) continue; // poll only; its parser's own tests read these
  const folder = join(registry.home(manifest.name)?.folder ?? '', 'fixtures');
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(expected\.json|md)$/.test(entry.name))
    .map(({ name }) => name);
  describe(manifest.name, () => {
    test.each(files)('%s', async (file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const outcome = parse({ text, kind: 'webhook' });
      const reports = outcome.outcome === 'reports' ? outcome.reports : [];
      const ids = new Map<string, string>();
      for (const report of reports) {
        const carrier = carrierOfReport(report);
        // A bridge may track a carrier that we do not know; its report then changes nothing.
        if (carrier === null) continue;
        const { trackingNumber } = report;
        ids.set(trackingNumber, await corridor.register(carrier, trackingNumber));
      }
      expect(await corridor.post(manifest.name, text)).toBe(200);
      await corridor.hub.settled();
      for (const [number, id] of ids) {
        const own = reports.filter(({ trackingNumber }) => trackingNumber === number);
        const [report] = own;
        const { state } = await corridor.publicState(id);
        // Two reports of one number are two tracking instances, or one twice: no single preview.
        if (report !== undefined && own.length === 1) expect(state).toEqual(preview(report));
      }
      const once = await publicStates(ids);
      await hearAgain(manifest.name, text);
      expect(await publicStates(ids)).toEqual(once);
      for (const id of ids.values()) await corridor.forget(id);
    });
  });

  /** Returns whose parcel a report is about; null: no shipment can be registered for it. */
  function carrierOfReport({ carrier: code = '' }: CarrierReport): string | null {
    if (manifest.role !== 'bridge') return manifest.name;
    const carrier = carrierOf(manifest.name, code);
    return carrier !== null && shipmentCarrier(registry, carrier) !== undefined ? carrier : null;
  }

  function preview(report: CarrierReport) {
    const mapping = corridor.hub.tracking.mapping(manifest.name);
    if (mapping === null) throw new Error(`no mapping for ${manifest.name}`);
    const { trackingNumber, state, events } = reportPreview(report, mapping, manifest);
    return { number: trackingNumber, ...inWords(state, events) };
  }
}

async function hearAgain(carrier: string, text: string): Promise<void> {
  const random = randomFrom(SEED);
  for (let i = 0; i < AGAIN; i += 1) {
    const shuffled = /^\s*[[{]/.test(text) ? shuffleLists(JSON.parse(text), random) : null;
    const body = i === 0 || shuffled === null ? text : JSON.stringify(shuffled);
    expect(await corridor.post(carrier, body)).toBe(200);
  }
  await corridor.hub.settled();
}

async function publicStates(ids: ReadonlyMap<string, string>) {
  return Promise.all([...ids.values()].map((id) => corridor.publicState(id)));
}
