import { signAwsRequest } from '../../../platform/net/sign-aws-request.ts';
import {
  failed,
  outcomeOf,
  type Purgeable,
  type PurgeHttp,
  type PurgeOutcome,
  type Purger,
} from '../purger.ts';

interface HttpPurgerConfig {
  readonly name: string;
  /** The URL of the cache, to which the request is sent unchanged. */
  readonly url: string;
  readonly method: 'PURGE' | 'POST';
  /** Header that carries the tag. */
  readonly header: string;
  /** Sent as `Authorization: Bearer`; null: none. */
  readonly token: string | null;
}

/**
 * The number of concurrent requests, one per parcel: a cache on the next machine answers in a
 * millisecond.
 */
const AT_ONCE = 16;
const BATCH_MAX = 64;

/** Varnish, nginx with a purge module, Souin and their like: `PURGE` with the tag in a header. */
export function httpPurger(config: HttpPurgerConfig, http: PurgeHttp): Purger {
  const headers = config.token === null ? {} : { authorization: `Bearer ${config.token}` };
  const purgeOne = async ({ tag }: Purgeable) =>
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
        const outcomes = await Promise.all(parcels.slice(at, at + AT_ONCE).map(purgeOne));
        const bad = outcomes.find(({ outcome }) => outcome === 'failed');
        if (bad !== undefined) return bad;
      }
      return parcels.length === 0 ? failed('nothing to purge') : { outcome: 'done' };
    },
  };
}

interface CloudflareConfig {
  readonly name: string;
  readonly zoneId: string;
  readonly token: string;
  /** The origin of the API; another one in tests. */
  readonly origin: string;
}

export const CLOUDFLARE_ORIGIN = 'https://api.cloudflare.com';
/**
 * The maximum number of tags in one call: developers.cloudflare.com/cache/how-to/purge-cache, read
 * 2026-11.
 */
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
      return reportsSuccess(answer.text) ? outcome : failed('the answer does not report success');
    },
  };
}

function reportsSuccess(text: string): boolean {
  try {
    return (JSON.parse(text) as { success?: unknown } | null)?.success === true;
  } catch {
    return false;
  }
}

interface CloudFrontConfig {
  readonly name: string;
  readonly distributionId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly origin: string;
}

export const CLOUDFRONT_ORIGIN = 'https://cloudfront.amazonaws.com';
/** CloudFront is one service for the whole world, whose signatures name this region. */
const REGION = 'us-east-1';
/**
 * The maximum number of parcels in one call. 15 paths with `*` may be in progress at once, and each
 * parcel has `PATHS` of them.
 */
const PARCELS_MAX = 3;

/**
 * `POST /2020-05-31/distribution/{id}/invalidation`. CloudFront invalidates paths, not tags, and
 * charges for each beyond a thousand a month; it also takes seconds to minutes where the others
 * take milliseconds (docs.aws.amazon.com, Invalidation, read 2026-11).
 */
export function cloudFrontPurger(
  config: CloudFrontConfig,
  http: PurgeHttp,
  nowMs: () => number,
): Purger {
  const { accessKeyId, secretAccessKey } = config;
  const path = `/2020-05-31/distribution/${encodeURIComponent(config.distributionId)}/invalidation`;
  const url = `${config.origin}${path}`;
  return {
    name: config.name,
    batchMax: PARCELS_MAX,
    async purge(parcels) {
      const body = invalidation(parcels, `waybill-${nowMs()}-${parcels[0]?.tag ?? ''}`);
      const headers = await signAwsRequest(
        {
          service: 'cloudfront',
          region: REGION,
          credentials: { accessKeyId, secretAccessKey },
          method: 'POST',
          url: new URL(url),
          headers: { 'content-type': 'text/xml' },
          body,
        },
        nowMs(),
      );
      return outcomeOf(await http.send({ method: 'POST', url, headers, body }));
    },
  };
}

/**
 * The body of a request.
 *
 * @param reference the id of the request: CloudFront makes one invalidation of two requests with
 *   the same id.
 */
function invalidation(parcels: readonly Purgeable[], reference: string): string {
  const paths = parcels.flatMap((parcel) => parcel.paths.map((path) => `${path}*`));
  const items = paths.map((path) => `<Path>${escapeXml(path)}</Path>`).join('');
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">' +
    `<CallerReference>${escapeXml(reference)}</CallerReference>` +
    `<Paths><Items>${items}</Items><Quantity>${paths.length}</Quantity></Paths>` +
    '</InvalidationBatch>'
  );
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

interface FastlyConfig {
  readonly name: string;
  readonly serviceId: string;
  readonly token: string;
  /** Whether purged answers are kept for times when we do not answer, instead of dropped. */
  readonly soft: boolean;
  readonly origin: string;
}

export const FASTLY_ORIGIN = 'https://api.fastly.com';
/**
 * The maximum number of keys in one call: fastly.com/documentation, batch surrogate key purge, read
 * 2026-11.
 */
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
