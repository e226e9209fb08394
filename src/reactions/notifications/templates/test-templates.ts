import type { Tenant } from '../../../kernel/tenant.ts';
import { brandingFrom } from '../../../merchants/index.ts';
import { describe } from '../../../normalization/index.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { PROJECT_ROOT } from '../../../platform/settings/defaults.ts';
import type { CaseDetails, RenderInput } from '../contract.ts';
import { compiled, type OwnWordsDocument } from './own-words.ts';
import { createTemplates, type Templates } from './templates.ts';
import type { Pickup } from './variables.ts';

/** The shipped templates with a merchant that stands still, for tests. */
export const TEST_TENANT: Tenant = {
  merchantId: '00000000-0000-7000-8000-00000000000a',
  mode: 'test',
};

/** Of what the samples are about. */
const SAMPLE_MS = Date.UTC(2026, 2, 12, 9, 42);

export interface TestTemplatesOptions {
  /** As the API stores it. */
  readonly branding?: Readonly<Record<string, unknown>>;
  readonly merchantName?: string;
  readonly own?: OwnWordsDocument;
  readonly place?: string | null;
  /** What the clock there showed. */
  readonly local?: string | null;
  /** Where that clock is nobody's own. */
  readonly clockName?: string | null;
  readonly pickup?: Pickup | null;
  readonly details?: CaseDetails | null;
  readonly nowMs?: number;
  readonly carrierName?: string;
}

/** What `options` say is read anew with each message: the files are read once. */
export function testTemplates(options: TestTemplatesOptions = {}): Templates {
  return createTemplates({
    folder: `${PROJECT_ROOT}config/templates`,
    brandings: {
      brandingOf: async () => brandingFrom(options.branding ?? {}, options.merchantName ?? 'Acme'),
    },
    ownWords: { of: async () => (options.own === undefined ? null : compiled(options.own)) },
    describe: (language) => (reading) => describe(messagesIn(language).status, reading),
    carrierName: (carrier) => options.carrierName ?? carrier,
    scanOf: async () => ({
      place: options.place ?? null,
      local: options.local ?? null,
      clockName: options.clockName ?? null,
    }),
    pickupOf: async () => options.pickup ?? null,
    detailsOf: async () => options.details ?? null,
    clock: { nowMs: () => options.nowMs ?? SAMPLE_MS },
  });
}

/**
 * The sample with parts of its event, its event's data or its shipment replaced, of any form: log
 * entries are not validated, and a message must cope with all of them.
 */
export function withParts(
  input: RenderInput,
  parts: { readonly event?: object; readonly data?: object; readonly shipment?: object },
): RenderInput {
  const { event } = input;
  const data = event && Object.assign({}, event.data, parts.data);
  return {
    ...input,
    event: event && Object.assign({}, event, { data }, parts.event),
    shipment: Object.assign({}, input.shipment, parts.shipment),
  };
}
