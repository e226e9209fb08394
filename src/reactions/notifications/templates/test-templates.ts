import type { Tenant } from '../../../kernel/tenant.ts';
import { brandingFrom } from '../../../merchants/index.ts';
import { describe } from '../../../normalization/index.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import type { CaseDetails, RenderInput } from '../contract.ts';
import { compiled, type OwnWordsDocument } from './own-words.ts';
import { createTemplates, type Templates } from './templates.ts';
import type { Pickup } from './variables.ts';

/** The tenant of the tests with the shipped templates. */
export const TEST_TENANT: Tenant = {
  merchantId: '00000000-0000-7000-8000-00000000000a',
  mode: 'test',
};

/** The time of the event that the samples are about. */
const SAMPLE_MS = Date.UTC(2026, 2, 12, 9, 42);

export interface TestTemplatesOptions {
  /** The branding in the form in which the API stores it. */
  readonly branding?: Readonly<Record<string, unknown>>;
  readonly merchantName?: string;
  readonly own?: OwnWordsDocument;
  readonly place?: string | null;
  /** The local time of the scan. */
  readonly local?: string | null;
  /** The name of the clock, if the scan's time is not the place's own. */
  readonly clockName?: string | null;
  readonly pickup?: Pickup | null;
  readonly details?: CaseDetails | null;
  /** The order in a shop. */
  readonly order?: Awaited<
    ReturnType<NonNullable<Parameters<typeof createTemplates>[0]['orderOf']>>
  >;
  readonly nowMs?: number;
  readonly carrierName?: string;
}

/** The shipped templates, whose files are read once. `options` are read anew for each message. */
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
    orderOf: async () => options.order ?? null,
    detailsOf: async () => options.details ?? null,
    clock: { nowMs: () => options.nowMs ?? SAMPLE_MS },
  });
}

/**
 * The sample with parts of its event, its event's data or its shipment replaced by values of any
 * form: log entries are not validated, and rendering must not fail on any of them.
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
