import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { httpAnswer, recordingSession } from '../../packages/adapter-kit/checks/asking/session.ts';
import { readFixtures } from '../../packages/adapter-kit/checks/reading/fixtures.ts';
import { definedOnly } from '../kernel/defined-only.ts';
import type { CarrierAdapter, CarrierReport, ParseOutcome, Payload } from './contract/contract.ts';
import { loadAdapters } from './index.ts';

/**
 * Reads answers for one number with the number removed, as some proxies and forwarders do: for each
 * carrier the rest is read as before. Left out are carriers whose every answer has another number of
 * the parcel, too.
 */
const registry = await loadAdapters();
const number = registry
  .list()
  .filter((adapter) => adapter.track !== undefined && answersAboutOne(adapter).length > 0);

describe.each(number.map((adapter) => [adapter.manifest.name, adapter] as const))(
  '%s',
  (name, adapter) => {
    const { manifest } = adapter;
    // A bridge that is asked about many parcels at a time finds each in the answer by its number.
    const isList = manifest.role === 'bridge' && manifest.limits.batchMax > 1;
    const lone = answersAboutOne(adapter);

    it('reads an answer without its number as about the requested one', () => {
      const read = lone.filter(({ text, report }) => {
        const { trackingNumber: number } = report;
        const parsed = onlyReport(adapter.parse({ text, kind: 'track', requestedNumber: number }));
        if (parsed === null) return false;
        expect([parsed.trackingNumber, parsed.facts.map(({ identity }) => identity)]).toEqual([
          number,
          report.facts.map(({ identity }) => identity),
        ]);
        return true;
      });
      expect(read.length).toBeGreaterThan(isList ? 0 : lone.length / 2);
    });

    it('reads it as about an unnamed parcel if the request is unknown', () => {
      const numbers = lone.map(({ text }) =>
        onlyReport(adapter.parse({ text, requestedNumber: '' })),
      );
      expect(numbers.some((report) => report?.trackingNumber === '')).toBe(true);
    });

    it('reads nothing from it without a request, or as a push', () => {
      for (const { text, report } of lone) {
        const number = report.trackingNumber;
        expect(onlyReport(adapter.parse({ text, kind: 'track' }))).toBeNull();
        expect(
          onlyReport(adapter.parse({ text, kind: 'webhook', requestedNumber: number })),
        ).toBeNull();
      }
    });

    it.skipIf(isList)('answers for the number when it is requested alone', async () => {
      const { track } = adapter;
      if (track === undefined) return;
      const outcomes = await Promise.all(
        lone.map(async ({ text, report }) => {
          const { trackingNumber, carrier: carrierCode = null } = report;
          const parcel = { trackingNumber, carrierCode, reference: null, postalCode: null };
          const session = recordingSession(httpAnswer(200, text), {}, () => parcel);
          return (await track([report.trackingNumber], session))[0];
        }),
      );
      const answers = outcomes.flatMap((each) => (each?.outcome === 'answer' ? [each] : []));
      expect(answers.length, name).toBeGreaterThan(0);
      for (const { text, httpStatus, trackingNumber: number } of answers) {
        const parsed = onlyReport(
          adapter.parse({ text, httpStatus, kind: 'track', requestedNumber: number }),
        );
        expect(parsed?.trackingNumber).toBe(number);
      }
    });
  },
);

interface Lone {
  readonly text: string;
  readonly report: CarrierReport;
}

/**
 * Answers to pulls of one parcel that has no other number, with everything removed that named it.
 */
function answersAboutOne(adapter: CarrierAdapter): readonly Lone[] {
  const folder = join(registry.home(adapter.manifest.name)?.folder ?? '', 'fixtures');
  return readFixtures(folder).flatMap(({ payload }) => {
    const report = payload.kind === 'webhook' ? null : onlyReport(adapter.parse(payload));
    if (report === null || report.facts.length === 0 || report.aliases.length > 0) return [];
    const text = payload.text.replaceAll(report.trackingNumber, '');
    return onlyReport(adapter.parse(bare(payload, text))) === null ? [{ text, report }] : [];
  });
}

function bare({ kind }: Payload, text: string): Payload {
  return { text, ...definedOnly({ kind }) };
}

function onlyReport(outcome: ParseOutcome): CarrierReport | null {
  if (outcome.outcome !== 'reports') return null;
  if (outcome.reports.length + outcome.misses.length !== 1) return null;
  return outcome.reports[0] ?? null;
}
