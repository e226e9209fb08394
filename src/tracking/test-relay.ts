import type { CarrierAdapter } from '../adapters/contract/contract.ts';
import type { Registry } from '../adapters/index.ts';
import { compileMapping, type Mapping, type MappingFiles } from '../normalization/index.ts';
import { messagesIn } from '../platform/messages/catalogue.ts';
import type { CarrierOfCode } from './record/interpret.ts';
import { acme, acmeMapping, type TestReport, toReport } from './test-acme.ts';
import { startTestTracking, type TestTracking } from './test-tracking.ts';

/** A report of the bridge: about a parcel of any carrier, in the bridge's own words. */
export interface RelayReport extends TestReport {
  /** The bridge's code of the carrier; absent: the bridge names none. */
  readonly carrier?: string;
}

/** What the bridge calls the test carrier. */
export const ACME_CODE = 'AcmeExpress';

export const relayCarrierOf: CarrierOfCode = (bridge, code) =>
  bridge === 'relay' && code === ACME_CODE ? 'acme' : null;

/** A bridge, whose payloads are lists of `RelayReport`. */
export const relay: CarrierAdapter = {
  ...acme,
  manifest: {
    ...acme.manifest,
    name: 'relay',
    displayName: 'Relay',
    role: 'bridge',
    corrections: [],
  },
  numbers: { normalize: (input) => input, recognise: () => [] },
  parse({ text }) {
    const reports = (JSON.parse(text) as RelayReport[]).map((report) => ({
      ...toReport(report),
      ...(report.carrier !== undefined && { carrier: report.carrier }),
    }));
    return { outcome: 'reports', reports, misses: [], warnings: [] };
  },
};

/** What the bridge calls the codes of the test carrier. */
export const RELAY_CODES: Readonly<Record<string, string>> = {
  LABEL: 'pre_transit',
  PICK: 'collected',
  HUB: 'arrived',
  OFD: 'with_driver',
  DEL: 'completed',
};

/** The bridge's mapping, with other statuses for some of its codes. */
export function relayMapping(statuses: Readonly<Record<string, string>> = {}): Mapping {
  const usual = {
    pre_transit: 'created',
    collected: 'picked_up',
    arrived: 'at_facility',
    with_driver: 'out_for_delivery',
    completed: 'delivered',
    ...statuses,
  };
  const rules = Object.entries(usual).map(
    ([code, status]) => `  - { match: { event: "${code}" }, status: ${status} }\n`,
  );
  const text = `carrier: relay\nrules:\n${rules.join('')}tests:\n  - { given: { event: collected }, then: { status: picked_up } }\n`;
  const compiled = compileMapping(text, 'relay.yaml', relay.manifest);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.mapping;
}

const ADAPTERS: Readonly<Record<string, CarrierAdapter>> = { acme, relay };

export const relayRegistry: Registry = {
  get: (name) => ADAPTERS[name],
  list: () => [acme, relay],
  carriers: () => [acme],
  home: () => undefined,
};

/** Tracking with the carrier `acme` and the bridge `relay`. */
export async function startRelay(mappingOfRelay: () => Mapping): Promise<TestTracking> {
  const ofAcme = acmeMapping();
  const current = (name: string) => (name === 'relay' ? mappingOfRelay() : ofAcme);
  const mappings: MappingFiles = {
    current,
    all: () => [ofAcme, mappingOfRelay()],
    problems: () => [],
    onChange: () => () => {},
    reload: async () => {},
    close: () => {},
  };
  return startTestTracking({
    registry: relayRegistry,
    mappings,
    messages: messagesIn('en').status,
    own: { mappingOf: async (name) => current(name), carrierOf: relayCarrierOf },
  });
}
