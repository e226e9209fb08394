import { z } from 'zod';
import { type CarrierAdapter, detectCarriers, type Registry } from '../../../adapters/index.ts';
import type { Accounts } from '../../../intake/index.ts';
import { PASTED_CHARS_MAX } from '../../../kernel/numbers/check-digit.ts';
import { text } from '../../../kernel/wire/explain-issues.ts';
import { resource } from '../../kit/resource.ts';
import { optional } from '../optional.ts';
import { aftershipName, carrierNamed } from './carriers.ts';
import { BASE, envelope } from './envelope.ts';

interface CourierDeps {
  readonly adapters: Registry;
  readonly accounts: Accounts;
}

/** The carriers of this installation under AfterShip's names. */
export const couriers = resource(
  { noun: 'courier', tag: 'Drop-in API' },
  {
    list: {
      id: 'aftershipListCouriers',
      method: 'GET',
      path: `${BASE}/couriers`,
      summary: 'List couriers',
      scope: 'shipments:read',
      query: z.object({
        active: optional(z.enum(['true', 'false'])),
        slug: optional(z.string().max(1_000)),
      }),
      answers: { 200: { description: 'All of them.' } },
    },
    detect: {
      id: 'aftershipDetectCourier',
      method: 'POST',
      path: `${BASE}/couriers/detect`,
      summary: 'Detect the courier of a number',
      scope: 'shipments:read',
      body: z.object({
        tracking_number: text(PASTED_CHARS_MAX),
        slug: z.array(z.string()).nullish(),
      }),
      answers: { 200: { description: 'Couriers, possibly none.' } },
    },
  },
  ({ adapters, accounts }: CourierDeps) => ({
    list: async ({ tenant, query }) => {
      const { active, slug } = query;
      const wanted = slug?.split(',').map((each) => carrierNamed(adapters, each.trim()));
      const own = new Set((await accounts.list(tenant)).map(({ carrier }) => carrier));
      const listed = adapters
        .carriers()
        .filter(
          (adapter) =>
            (wanted === undefined || wanted.includes(adapter)) &&
            (active === undefined || (active === 'true') === isActive(adapter, own)),
        );
      return envelope(200, { total: listed.length, couriers: listed.map(courierJson) });
    },
    detect: async ({ body }) => {
      const allowed = body.slug?.map((slug) => carrierNamed(adapters, slug));
      const candidates = detectCarriers(adapters, body.tracking_number);
      const names = new Set(candidates.map(({ carrier }) => carrier));
      const found = [...names]
        .flatMap((name) => adapters.get(name) ?? [])
        .filter((adapter) => !allowed?.length || allowed.includes(adapter));
      return envelope(200, { total: found.length, couriers: found.map(courierJson) });
    },
  }),
);

/** Whether the key's merchant can use a carrier: with an account, or because it needs none. */
function isActive({ manifest, access }: CarrierAdapter, own: ReadonlySet<string>): boolean {
  return access === undefined || own.has(manifest.name);
}

function courierJson({ manifest, access }: CarrierAdapter) {
  const { name, displayName, publicTrackingUrl } = manifest;
  return {
    slug: aftershipName(name),
    name: displayName,
    phone: null,
    other_name: null,
    web_url: publicTrackingUrl === null ? null : new URL(publicTrackingUrl).origin,
    // An account has what a carrier needs; no tracking needs more.
    required_fields: [],
    optional_fields: [],
    default_language: 'en',
    support_languages: ['en'],
    service_from_country_regions: [],
    credentials: {
      fields: (access?.credentials ?? []).map(({ name: field, secret, required }) => ({
        name: field,
        type: secret ? 'password' : 'text',
        required,
      })),
    },
  };
}
