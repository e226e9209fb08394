import { createHash } from 'node:crypto';
import { HEX_COLOR } from '../kernel/color-contrast.ts';
import type { Tenant } from '../kernel/tenant.ts';
import type { Clock } from '../platform/clock.ts';
import { type Database, type Queryable, withTenant } from '../platform/database/database.ts';
import { type Language, languageOf } from '../platform/messages/languages.ts';
import { FIRST_MERCHANT } from './api-keys.ts';
import {
  brandingRows,
  markBrandingsAnnounced,
  unannouncedBrandings,
  upsertBranding,
} from './branding.sql.ts';

/**
 * How a merchant appears to the recipients of its parcels, in messages and on pages. Everything in
 * it comes from the merchant and is text or a URL, never markup.
 */
export interface Branding {
  /**
   * The name that customers know; by default the merchant's own name; empty: neutral words are
   * used.
   */
  readonly name: string;
  /** The `https:` URL of a picture, or that of an uploaded one at this hub. */
  readonly logoUrl: string | null;
  /** A colour as `#rrggbb`. Text in it or on it needs `readableOn` or `inkOn`. */
  readonly color: string | null;
  /** An `https:` URL. */
  readonly website: string | null;
  readonly supportEmail: string | null;
  /** An `https:` URL. */
  readonly supportUrl: string | null;
  /** The postal address at the end of mails, on several lines. */
  readonly address: string | null;
  /** The language for readers whose language is unknown. */
  readonly defaultLanguage: Language;
  readonly texts: Readonly<Partial<Record<Language, BrandingTexts>>>;
}

/** How a part of a merchant's business appears; what is absent is the merchant's. */
export type OwnBrand = Partial<Pick<Branding, 'name' | 'logoUrl' | 'color'>>;

interface BrandingTexts {
  /** A sentence from the merchant on the tracking page. */
  readonly intro: string | null;
  /** The text at the end of pages and mails, such as a company's register number. */
  readonly footer: string | null;
}

/** The stored branding, in the form of the API. */
export interface StoredBranding {
  readonly document: Readonly<Record<string, unknown>>;
  /** 0 if nothing was ever stored. */
  readonly generation: number;
  readonly updatedAtMs: number | null;
}

export interface Brandings {
  /**
   * Returns the branding for display: what the merchant stored in that mode, in test mode otherwise
   * what it stored in live mode, otherwise its name alone. Cached for some seconds; never throws
   * for an unknown merchant.
   */
  brandingOf(tenant: Tenant): Promise<Branding>;
  /** Returns the branding stored in exactly that mode, uncached. */
  stored(tenant: Tenant): Promise<StoredBranding>;
  /**
   * Stores a document that the caller has checked. Returns null if the stored one does not have the
   * expected generation (null: any).
   */
  store(
    tenant: Tenant,
    document: Readonly<Record<string, unknown>>,
    expectedGeneration: number | null,
  ): Promise<StoredBranding | null>;
}

/** The delay until other processes use a change; pages are cached for longer. */
export const BRANDING_CACHE_MS = 5_000;
/** The most cached brandings, of a few kilobytes each; beyond it the oldest are loaded again. */
const CACHED_MAX = 2_000;

const NAMELESS: Branding = {
  name: '',
  logoUrl: null,
  color: null,
  website: null,
  supportEmail: null,
  supportUrl: null,
  address: null,
  defaultLanguage: 'en',
  texts: {},
};

export function createBrandings(deps: {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly clock: Clock;
  /** The hub's public URL, where mails find an uploaded logo; absent: its path alone is given. */
  readonly publicUrl?: () => string;
}): Brandings {
  const { db, clock, publicUrl = () => '' } = deps;
  const cached = new Map<string, { readonly atMs: number; readonly found: Promise<Branding> }>();

  async function read({ merchantId, mode }: Tenant): Promise<Branding> {
    const rows = await brandingRows(db.pipeline, merchantId);
    // Test branding is not shown to customers, but test mode falls back to the live branding.
    const row =
      rows.find((each) => each.mode === mode) ?? rows.find((each) => each.mode === 'live');
    const branding = brandingFrom(row?.document ?? {}, rows[0]?.name ?? '');
    const { logoUrl } = branding;
    return logoUrl?.startsWith('/') ? { ...branding, logoUrl: publicUrl() + logoUrl } : branding;
  }

  return {
    brandingOf(tenant) {
      const key = `${tenant.mode} ${tenant.merchantId}`;
      const nowMs = clock.nowMs();
      const known = cached.get(key);
      if (known !== undefined && nowMs - known.atMs < BRANDING_CACHE_MS) return known.found;
      const found = read(tenant);
      cached.delete(key);
      cached.set(key, { atMs: nowMs, found });
      if (cached.size > CACHED_MAX) {
        const [oldest] = cached.keys();
        if (oldest !== undefined) cached.delete(oldest);
      }
      // A failure is not cached, so the next caller tries again.
      found.catch(() => {
        if (cached.get(key)?.found === found) cached.delete(key);
      });
      return found;
    },
    async stored(tenant) {
      const rows = await brandingRows(db.pipeline, tenant.merchantId);
      const row = rows.find((each) => each.mode === tenant.mode);
      return row ?? { document: {}, generation: 0, updatedAtMs: null };
    },
    async store(tenant, document, expectedGeneration) {
      const stored = await withTenant(db.app, tenant, (tx) =>
        upsertBranding(tx, tenant, document, expectedGeneration, clock.nowMs()),
      );
      // A change in live mode may also apply to test mode.
      for (const mode of ['test', 'live']) cached.delete(`${mode} ${tenant.merchantId}`);
      return stored;
    },
  };
}

/** The most brandings announced in one pass; the rest follow in the next. */
const ANNOUNCED_AT_ONCE_MAX = 100;

/**
 * Calls `announce` with the merchants whose branding was stored since the last announcement, and marks
 * it as announced once `announce` has resolved. If the process is killed in between, it is announced
 * again.
 */
export async function announceBrandingChanges(
  db: Queryable,
  announce: (merchantIds: readonly string[]) => Promise<unknown>,
): Promise<void> {
  const changes = await unannouncedBrandings(db, ANNOUNCED_AT_ONCE_MAX);
  if (changes.length === 0) return;
  await announce([...new Set(changes.map(({ merchantId }) => merchantId))]);
  await markBrandingsAnnounced(db, changes);
}

/** Returns the tag of a merchant's pages in shared caches; it does not reveal the merchant. */
export function brandingTag(merchantId: string): string {
  const digest = createHash('sha256').update(`look ${merchantId}`).digest('hex');
  return `look:${digest.slice(0, 16)}`;
}

/**
 * Returns the merchant's name, or nothing for the first merchant's placeholder, which must not be
 * shown.
 */
function ownName(name: string): string {
  return name === FIRST_MERCHANT.name ? '' : name;
}

/**
 * Reads a stored document for display. It never throws and trusts nothing: an older version may
 * have stored what today's would reject.
 */
export function brandingFrom(
  document: Readonly<Record<string, unknown>>,
  merchantName: string,
): Branding {
  const text = (name: string, from = document): string | null => {
    const value = from[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  const address = (name: string): string | null => {
    const value = text(name);
    return value !== null && isHttpsUrl(value) ? value : null;
  };
  const color = text('color');
  const logo = text('logo_url');
  const texts: Partial<Record<Language, BrandingTexts>> = {};
  for (const [name, value] of Object.entries(recordOf(document['texts']))) {
    const language = languageOf(name);
    if (language === null) continue;
    const own = recordOf(value);
    texts[language] = { intro: text('intro', own), footer: text('footer', own) };
  }
  return {
    name: text('name') ?? ownName(merchantName),
    logoUrl: logo !== null && isLogoAddress(logo) ? logo : null,
    color: color !== null && HEX_COLOR.test(color) ? color.toLowerCase() : null,
    website: address('website'),
    supportEmail: text('support_email'),
    supportUrl: address('support_url'),
    address: text('address'),
    defaultLanguage: languageOf(text('default_language')) ?? NAMELESS.defaultLanguage,
    texts,
  };
}

/** The path of an uploaded logo, whose name is the hash of its bytes. */
export const LOGO_PATH = /^\/logos\/([0-9a-f]{64})\.png$/;

/** Whether a logo may be requested from there. */
export function isLogoAddress(text: string): boolean {
  return LOGO_PATH.test(text) || isHttpsUrl(text);
}

/** Whether a text is an `https:` URL without a user's name, which would hide where it leads. */
export function isHttpsUrl(text: string): boolean {
  return httpsOrigin(text) !== null;
}

/**
 * Returns the `https://host` or `https://host:port` of a URL whose host is a single name or IPv4
 * address; otherwise null. URLs may have `*`, `,` and `;` in their host, which are part of no name
 * and have a special meaning in a Content-Security-Policy.
 */
export function httpsOrigin(text: string): string | null {
  if (/[\s"'<>\\;]/.test(text) || !URL.canParse(text)) return null;
  const { protocol, username, password, hostname, origin } = new URL(text);
  const isPlain = protocol === 'https:' && username === '' && password === '';
  return isPlain && HOST.test(hostname) ? origin : null;
}

/** A label of letters, digits and inner hyphens (RFC 1123 §2.1), as in the hosts of a policy. */
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as Record<string, unknown>) : {};
}
