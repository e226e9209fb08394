import { failed, outcomeOf, type Purgeable, type PurgeHttp, type Purger } from '../purger.ts';

export interface HttpPurgerConfig {
  readonly name: string;
  /** Of the cache; the request goes to this very address. */
  readonly url: string;
  readonly method: 'PURGE' | 'POST';
  /** Header that carries the tag. */
  readonly header: string;
  /** Sent as `Authorization: Bearer`; null: none. */
  readonly token: string | null;
}

/** A request each, so many at once: a cache on the next machine answers in a millisecond. */
const AT_ONCE = 16;
const BATCH_MAX = 64;

/** Varnish, nginx with a purge module, Souin and their like: `PURGE` with the tag in a header. */
export function httpPurger(config: HttpPurgerConfig, http: PurgeHttp): Purger {
  const headers = config.token === null ? {} : { authorization: `Bearer ${config.token}` };
  const one = async ({ tag }: Purgeable) =>
    outcomeOf(
      await http.send({
        method: config.method,
        url: config.url,
        headers: { ...headers, [config.header]: tag },
      }),
    );
  return {
    name: config.name,
    batchMax: BATCH_MAX,
    async purge(parcels) {
      for (let at = 0; at < parcels.length; at += AT_ONCE) {
        const outcomes = await Promise.all(parcels.slice(at, at + AT_ONCE).map(one));
        const bad = outcomes.find(({ outcome }) => outcome === 'failed');
        if (bad !== undefined) return bad;
      }
      return parcels.length === 0 ? failed('nothing to purge') : { outcome: 'done' };
    },
  };
}
