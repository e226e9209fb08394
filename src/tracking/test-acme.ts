import type {
  CarrierAdapter,
  CarrierReport,
  Payload,
  ReportedFact,
  ReportedPlace,
} from '../adapters/contract/contract.ts';
import { EMPTY_SNAPSHOT } from '../adapters/contract/contract.ts';
import type { Registry } from '../adapters/index.ts';
import { placeTimeWithOffset, placeTimeWithoutZone } from '../kernel/time/zoned-time.ts';
import { compileMapping, type Mapping, type MappingFiles } from '../normalization/index.ts';
import { messagesIn } from '../platform/messages/catalogue.ts';
import { wholeBody } from './public/short-body.ts';
import { startTestTracking, type TestTracking, type TestTrackingOptions } from './test-tracking.ts';

/** The content of a payload of the test carrier, literally. */
export interface TestReport {
  number: string;
  pieceId?: string;
  events: {
    code: string;
    at: string;
    city?: string;
    /** Instead of `city`. */
    place?: Partial<ReportedPlace>;
    /** The offset from UTC; −300 when absent, null for a local time without zone. */
    offsetMin?: number | null;
    piece?: string;
    logical?: boolean;
  }[];
  edd?: string;
  links?: CarrierReport['links'];
}

export const acme: CarrierAdapter = {
  manifest: {
    name: 'acme',
    displayName: 'Acme',
    capabilities: ['push'],
    limits: {
      batchMax: 1,
      callsPerSecond: 1,
      callsPerHour: null,
      callsPerDay: null,
      source: 'test',
    },
    matchKeys: ['event'],
    matchOrder: [['event']],
    codeShown: ['event'],
    zonePolicy: 'offsets',
    pullsFullHistory: true,
    historyCap: { maxEvents: null, maxAgeDays: null },
    corrections: [{ match: { event: 'UNDO' }, source: 'a test, 2026-03-02' }],
    returnCancelled: [],
    volatileFields: [],
    push: null,
    retention: { deleteDaysAfterDelivery: null, note: '' },
    publicTrackingUrl: null,
    docs: [],
  },
  numbers: {
    normalize: (input) => input,
    recognise: (number) =>
      number.startsWith('ACME')
        ? [{ format: 'acme', certainty: 0.9, checkDigit: 'none' as const }]
        : [],
  },
  parse({ text }: Payload) {
    if (text === 'throw') throw new Error('a bug in the adapter');
    if (!text.startsWith('[')) {
      return { outcome: 'unreadable', reason: 'expected a list', trackingNumbers: [] };
    }
    const reports = JSON.parse(text) as TestReport[];
    return { outcome: 'reports', reports: reports.map(toReport), misses: [], warnings: [] };
  },
};

const NOWHERE: ReportedPlace = {
  city: null,
  region: null,
  postalCode: null,
  country: null,
  facility: null,
};

export function toReport(report: TestReport): CarrierReport {
  return {
    trackingNumber: report.number,
    aliases: [],
    carrierPieceId: report.pieceId ?? null,
    asOf: null,
    fullHistory: true,
    facts: report.events.map(
      ({
        code,
        at,
        city,
        place,
        offsetMin = -300,
        piece = null,
        logical = false,
      }): ReportedFact => ({
        codes: { event: code },
        identity: ['1', code, at.slice(0, 16), piece ?? ''],
        time:
          offsetMin === null
            ? placeTimeWithoutZone(at.slice(0, 19), 'second')
            : placeTimeWithOffset(at.slice(0, 19), 'second', offsetMin),
        place: place
          ? { ...NOWHERE, ...place }
          : city
            ? { ...NOWHERE, city, postalCode: '12345', country: 'US' }
            : null,
        text: 'left with J. Doe',
        piece,
        logical,
      }),
    ),
    snapshot: {
      ...EMPTY_SNAPSHOT,
      estimatedDelivery: report.edd ? { date: report.edd, from: null, to: null } : null,
    },
    links: report.links ?? [],
  };
}

const RULES = `carrier: acme
rules:
  - { match: { event: "LABEL" }, status: created, logical: true }
  - { match: { event: "PICK" }, status: picked_up }
  - { match: { event: "HUB" }, status: at_facility }
  - { match: { event: "OFD" }, status: out_for_delivery }
  - { match: { event: "DEL" }, status: delivered }
  - { match: { event: "UNDO" }, status: none }
tests:
  - { given: { event: "DEL" }, then: { status: delivered } }
`;

export function body(...reports: TestReport[]): Uint8Array {
  return Buffer.from(JSON.stringify(reports));
}

/** Returns the public answer for a number; null when there is none. */
export async function publicTrackOf(
  hub: TestTracking,
  number: string,
): Promise<Record<string, unknown> | null> {
  const { rows } = await hub.db.publicRead.query<{ body: Buffer }>(
    'select body from public_tracks where tracking_number = $1',
    [number],
  );
  return rows[0]
    ? (JSON.parse(wholeBody(rows[0].body.toString('utf8'))) as Record<string, unknown>)
    : null;
}

export const acmeRegistry: Registry = {
  get: (name) => (name === 'acme' ? acme : undefined),
  list: () => [acme],
  carriers: () => [acme],
  home: () => undefined,
};

/** The test carrier's mapping with additional rules: the meaning of each of these codes. */
export function acmeMapping(rules: Readonly<Record<string, string>> = {}): Mapping {
  const base = compileMapping(RULES, 'acme.yaml', acme.manifest);
  if (!base.ok) throw new Error(JSON.stringify(base.problems));
  const lines = Object.entries(rules).map(
    ([event, rest]) => `  - { match: { event: ${event} }, ${rest} }\n`,
  );
  if (lines.length === 0) return base.mapping;
  const text = `carrier: acme\nrules:\n${lines.join('')}`;
  const overlaid = compileMapping(text, 'other.yaml', acme.manifest, base.mapping);
  if (!overlaid.ok) throw new Error(JSON.stringify(overlaid.problems));
  return overlaid.mapping;
}

const ACME_MAPPING = acmeMapping();

/** Tracking with one carrier, `acme`, whose payloads are lists of `TestReport`. */
export async function startAcme(
  own: TestTrackingOptions['own'] = {},
  current: () => Mapping = () => ACME_MAPPING,
): Promise<TestTracking> {
  const mappings: MappingFiles = {
    current,
    all: () => [current()],
    problems: () => [],
    onChange: () => () => {},
    reload: async () => {},
    close: () => {},
  };
  return startTestTracking({
    registry: acmeRegistry,
    mappings,
    messages: messagesIn('en').status,
    own,
  });
}
