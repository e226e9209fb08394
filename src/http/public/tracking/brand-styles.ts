import type { Tenant } from '../../../kernel/tenant.ts';
import type { Branding, Brandings, OwnBrand } from '../../../merchants/index.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { within } from '../../../platform/work/within.ts';
import type { PublicTrackRow } from '../../../tracking/ports/public-tracks.ts';
import { type BrandStyle, brandStyle } from './pages/brand-style.ts';

/**
 * The branding to show a parcel with; null: neutral.
 *
 * @param brand what the shop of the parcel has of its own; absent: nothing
 */
export type BrandStyleOf = (
  tenant: Tenant | null,
  language: string,
  brand?: OwnBrand | Promise<OwnBrand>,
) => Promise<BrandStyle | null>;

interface BrandStylesDeps {
  /** Absent: all pages are neutral. */
  readonly brandings?: Pick<Brandings, 'brandingOf'> | undefined;
  readonly log: Logger;
}

/** Longer, and the page is shown without them: its parcel comes from a replica, perhaps. */
const READ_MS_MAX = 2_000;

/** Values derived from a branding are cached as long as the branding object itself. */
export function createBrandStyles({ brandings, log }: BrandStylesDeps): BrandStyleOf {
  const cached = new WeakMap<Branding, Map<string, BrandStyle | null>>();

  return async (tenant, language, brand = {}) => {
    if (tenant === null || brandings === undefined) return null;
    let read: readonly [Branding, OwnBrand] | null;
    try {
      const both = Promise.all([brandings.brandingOf(tenant), brand]);
      read = await within(READ_MS_MAX, both, null);
    } catch (error) {
      // Show the page without a logo rather than failing.
      log.warn({ err: error, merchant_id: tenant.merchantId }, 'a branding could not be read');
      return null;
    }
    if (read === null) return null;
    const [branding, own] = read;
    if (Object.keys(own).length > 0) return brandStyle({ ...branding, ...own }, language);
    const styles = cached.get(branding) ?? new Map<string, BrandStyle | null>();
    cached.set(branding, styles);
    const known = styles.get(language);
    if (known !== undefined) return known;
    const style = brandStyle(branding, language);
    styles.set(language, style);
    return style;
  };
}

/** Returns whose branding the parcel's page shows; null if several merchants have the number. */
export function tenantOf({ merchantId, mode }: PublicTrackRow): Tenant | null {
  return merchantId === null || mode === null ? null : { merchantId, mode };
}
