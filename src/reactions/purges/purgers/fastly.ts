import { outcomeOf, type PurgeHttp, type Purger } from '../purger.ts';

export interface FastlyConfig {
  readonly name: string;
  readonly serviceId: string;
  readonly token: string;
  /** True: kept for when we do not answer, instead of dropped. */
  readonly soft: boolean;
  readonly origin: string;
}

export const FASTLY_ORIGIN = 'https://api.fastly.com';
/** Keys in one call: fastly.com/documentation, batch surrogate key purge, read 2026-11. */
const KEYS_MAX = 256;

/**
 * `POST /service/{id}/purge` with surrogate keys. Fastly reads `Surrogate-Key`, not `Cache-Tag`:
 * its VCL copies one to the other (docs/operators.md).
 */
export function fastlyPurger(config: FastlyConfig, http: PurgeHttp): Purger {
  return {
    name: config.name,
    batchMax: KEYS_MAX,
    purge: async (parcels) =>
      outcomeOf(
        await http.send({
          method: 'POST',
          url: `${config.origin}/service/${encodeURIComponent(config.serviceId)}/purge`,
          headers: {
            'fastly-key': config.token,
            'content-type': 'application/json',
            ...(config.soft ? { 'fastly-soft-purge': '1' } : {}),
          },
          body: JSON.stringify({ surrogate_keys: parcels.map(({ tag }) => tag) }),
        }),
      ),
  };
}
