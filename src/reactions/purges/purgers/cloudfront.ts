import { signAwsRequest } from '../../../platform/net/sign-aws-request.ts';
import { outcomeOf, type Purgeable, type PurgeHttp, type Purger } from '../purger.ts';

export interface CloudFrontConfig {
  readonly name: string;
  readonly distributionId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly origin: string;
}

export const CLOUDFRONT_ORIGIN = 'https://cloudfront.amazonaws.com';
/** CloudFront is one service for the whole world, whose signatures name this region. */
const REGION = 'us-east-1';
/** 15 paths with `*` may be in progress at once; each parcel has `PATHS` of them. */
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

/** @param reference the same twice is one invalidation to CloudFront. */
function invalidation(parcels: readonly Purgeable[], reference: string): string {
  const paths = parcels.flatMap((parcel) => parcel.paths.map((path) => `${path}*`));
  const items = paths.map((path) => `<Path>${escaped(path)}</Path>`).join('');
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">' +
    `<CallerReference>${escaped(reference)}</CallerReference>` +
    `<Paths><Items>${items}</Items><Quantity>${paths.length}</Quantity></Paths>` +
    '</InvalidationBatch>'
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
