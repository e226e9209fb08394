import type { IncomingMessage } from 'node:http';
import type { ApiKey, ApiKeysDeps } from '../../../merchants/index.ts';
import type { IsLocal } from '../../api/ops/loopback.ts';
import type { OpsParts } from '../../api/ops/ops-parts.ts';
import type { Power } from '../../api/ops/power.ts';
import type { RateLimiter } from '../../kit/rate-limit.ts';
import type { RequestContext } from '../../kit/route.ts';
import type { ConsoleAssets } from '../kit/assets.ts';
import type { ConsoleGroup } from './navigation.ts';

/** Dependencies of every page of the console. */
export interface ConsoleDeps {
  readonly navigation: readonly ConsoleGroup[];
  readonly parts: OpsParts;
  readonly keys: ApiKeysDeps;
  readonly isLocal: IsLocal;
  readonly assets: ConsoleAssets;
  /** Whether cookies are restricted to TLS. */
  readonly isSecure: (request: IncomingMessage) => boolean;
  /** Limits sign-in attempts, by address. */
  readonly attempts: RateLimiter;
}

/** A signed-in user on a page. */
export interface Visitor {
  readonly navigation: readonly ConsoleGroup[];
  readonly key: ApiKey;
  readonly power: Power;
  readonly csrf: string;
}

export interface PageCall {
  readonly visitor: Visitor;
  readonly param: (name: string) => string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly context: RequestContext;
}

export interface FormCall extends PageCall {
  readonly form: URLSearchParams;
}
