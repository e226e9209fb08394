import { createHash } from 'node:crypto';
import type { WebhookDeps } from './deps.ts';
import type { Endpoint } from './endpoints/endpoint.ts';
import { BY_THE_MERCHANT, TEST_EVENT, toEndpoint } from './endpoints/endpoints.ts';
import {
  type EndpointFigures,
  endpointFigures,
  everybodysEndpoints,
  type OperatorsRow,
} from './operators.sql.ts';

/** An endpoint of any merchant as operators see it: only the host of its address. */
export interface OperatorsEndpoint {
  readonly endpoint: Omit<Endpoint, 'url'>;
  readonly merchant: string;
  /** Scheme and host: the rest of an address often holds a token. */
  readonly origin: string;
  /**
   * Distinguishes endpoints of one host: a digest of the whole address, which does not reveal the
   * address.
   */
  readonly fingerprint: string;
  /** The number of waiting deliveries, counted up to a thousand. */
  readonly waiting: number;
  readonly dead: number;
  /** Whether it fails, has deliveries that failed, or the hub disabled it. */
  readonly isTroubled: boolean;
}

/** Lists endpoints of all merchants, those in trouble first. */
export async function listEverybodysEndpoints(
  deps: WebhookDeps,
  { troubled, limit }: { readonly troubled: boolean; readonly limit: number },
): Promise<readonly OperatorsEndpoint[]> {
  const search = { id: null, troubled, limit };
  const rows = await everybodysEndpoints(deps.db.pipeline, search, RANK_TERMS);
  return rows.map((row) => forOperators(deps, row));
}

/** An endpoint of any merchant; null if the id is unknown. */
export async function findEverybodysEndpoint(
  deps: WebhookDeps,
  id: string,
): Promise<OperatorsEndpoint | null> {
  const search = { id, troubled: false, limit: 1 };
  const [row] = await everybodysEndpoints(deps.db.pipeline, search, RANK_TERMS);
  return row === undefined ? null : forOperators(deps, row);
}

/** The number of endpoints, and of those that need attention. */
export function countEverybodysEndpoints(deps: Pick<WebhookDeps, 'db'>): Promise<EndpointFigures> {
  return endpointFigures(deps.db.pipeline, BY_THE_MERCHANT);
}

/**
 * The length of a fingerprint: among some dozens of endpoints of one host, two would rarely be
 * equal.
 */
const FINGERPRINT_DIGITS = 6;

const RANK_TERMS = { byTheMerchant: BY_THE_MERCHANT, testEvent: TEST_EVENT };

function forOperators(deps: WebhookDeps, row: OperatorsRow): OperatorsEndpoint {
  const { merchant, waiting, dead, isTroubled } = row;
  const { url, ...endpoint } = toEndpoint(deps, row);
  const fingerprint = createHash('sha256').update(`${endpoint.id} ${url}`).digest('hex');
  return {
    endpoint,
    merchant,
    waiting,
    dead,
    isTroubled,
    origin: new URL(url).origin,
    fingerprint: fingerprint.slice(0, FINGERPRINT_DIGITS),
  };
}
