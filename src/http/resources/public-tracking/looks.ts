import type { Tenant } from '../../../kernel/tenant.ts';
import type { Branding, Brandings } from '../../../merchants/index.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { PublicTrackRow } from '../../../tracking/index.ts';
import { type BrandLook, brandLook } from './pages/brand-look.ts';

/** In whose look a parcel is shown; null: in nobody's. */
export type LookOf = (tenant: Tenant | null, language: string) => Promise<BrandLook | null>;

export interface LooksDeps {
  /** Absent: all pages are neutral. */
  readonly brandings?: Pick<Brandings, 'brandingOf'> | undefined;
  readonly log: Logger;
}

/** What is worked out of a branding is kept as long as the branding itself is. */
export function createLooks({ brandings, log }: LooksDeps): LookOf {
  const kept = new WeakMap<Branding, Map<string, BrandLook | null>>();

  return async (tenant, language) => {
    if (tenant === null || brandings === undefined) return null;
    let branding: Branding;
    try {
      branding = await brandings.brandingOf(tenant);
    } catch (error) {
      // A page without a logo is better than none.
      log.warn({ err: error, merchant_id: tenant.merchantId }, 'a branding could not be read');
      return null;
    }
    const looks = kept.get(branding) ?? new Map<string, BrandLook | null>();
    kept.set(branding, looks);
    const known = looks.get(language);
    if (known !== undefined) return known;
    const look = brandLook(branding, language);
    looks.set(language, look);
    return look;
  };
}

/** Null: several merchants have the number, and the page is nobody's. */
export function tenantOf({ merchant_id: merchantId, mode }: PublicTrackRow): Tenant | null {
  return merchantId === null || mode === null ? null : { merchantId, mode };
}
