import { failed, outcomeOf, type PurgeHttp, type PurgeOutcome, type Purger } from '../purger.ts';

export interface CloudflareConfig {
  readonly name: string;
  readonly zoneId: string;
  readonly token: string;
  /** Of the API; another in tests. */
  readonly origin: string;
}

export const CLOUDFLARE_ORIGIN = 'https://api.cloudflare.com';
/** Tags in one call: developers.cloudflare.com/cache/how-to/purge-cache, read 2026-11. */
const TAGS_MAX = 30;

/** `POST /client/v4/zones/{zone}/purge_cache` with tags; a 200 may still say `success: false`. */
export function cloudflarePurger(config: CloudflareConfig, http: PurgeHttp): Purger {
  return {
    name: config.name,
    batchMax: TAGS_MAX,
    async purge(parcels): Promise<PurgeOutcome> {
      const answer = await http.send({
        method: 'POST',
        url: `${config.origin}/client/v4/zones/${encodeURIComponent(config.zoneId)}/purge_cache`,
        headers: { authorization: `Bearer ${config.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ tags: parcels.map(({ tag }) => tag) }),
      });
      const outcome = outcomeOf(answer);
      if (outcome.outcome === 'failed' || answer.kind === 'failed') return outcome;
      return saysSuccess(answer.text) ? outcome : failed('the answer does not report success');
    },
  };
}

function saysSuccess(text: string): boolean {
  try {
    return (JSON.parse(text) as { success?: unknown } | null)?.success === true;
  } catch {
    return false;
  }
}
