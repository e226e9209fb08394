/**
 * "DHL" is a dozen networks behind one API, and `shipments[].service` determines how to read the
 * rest of the payload. Codes and times have a meaning within a service only.
 */
export interface Service {
  /** Match key `service`, and part of every identity. */
  readonly name: string;
  /** Zone of its clocks where a time comes without one; null: the place decides. */
  readonly zone: string | null;
  /** Writes local time with a `Z` behind it. */
  readonly zIsLocal: boolean;
  /** Writes midnight for "that day". */
  readonly midnightIsDate: boolean;
  /** Its codes stand for stages, not events, so that known words say more. */
  readonly codeIsStage: boolean;
}

const PLAIN = { zone: null, zIsLocal: false, midnightIsDate: false, codeIsStage: false };

/**
 * Sources: support-developer.dhl.com and change notes of Shipment Tracking – Unified, read
 * 2026-11-20. parcel-de: without zone today; an offset was rolled out on 2026-08-20, withdrawn the
 * next day, and is to return. parcel-pl: that its `Z` is local time is unverified. svb: the letters
 * of Deutsche Post; that they use Berlin time is unverified, too. bluedart: PU means booking,
 * registration and return order alike in an answer stored by a public client; unverified.
 */
const SERVICES: Readonly<Record<string, Omit<Service, 'name'>>> = {
  'parcel-de': { ...PLAIN, zone: 'Europe/Berlin' },
  svb: { ...PLAIN, zone: 'Europe/Berlin' },
  'parcel-nl': { ...PLAIN, zone: 'Europe/Amsterdam' },
  'parcel-pl': { ...PLAIN, zone: 'Europe/Warsaw', zIsLocal: true },
  dgf: { ...PLAIN, midnightIsDate: true },
  bluedart: { ...PLAIN, codeIsStage: true },
};

/** Services that speak another's dialect, so that one set of rules serves both. */
const SAME_DIALECT: Readonly<Record<string, string>> = {
  'post-de': 'svb',
  'ecommerce-apac': 'ecommerce',
};

/** The service a report names, in any case; an unknown or absent one has no habits. */
export function serviceOf(name: string | null): Service {
  const given = name?.toLowerCase() ?? '';
  const dialect = Object.hasOwn(SAME_DIALECT, given) ? (SAME_DIALECT[given] ?? given) : given;
  const habits = Object.hasOwn(SERVICES, dialect) ? SERVICES[dialect] : undefined;
  return { name: dialect, ...(habits ?? PLAIN) };
}
