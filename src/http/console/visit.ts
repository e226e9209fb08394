import type { IncomingMessage } from 'node:http';
import type { VNode } from 'preact';
import type { ApiKey, ApiKeysDeps } from '../../merchants/index.ts';
import type { RateLimiter } from '../kit/rate-limit.ts';
import type { RequestContext } from '../kit/route.ts';
import type { IsLocal } from '../operators/loopback.ts';
import type { OpsParts } from '../operators/ops-parts.ts';
import type { Power } from '../operators/power.ts';
import type { ConsoleAssets } from './assets.ts';

/** What every page of the console is made with. */
export interface ConsoleDeps {
  readonly parts: OpsParts;
  readonly keys: ApiKeysDeps;
  readonly isLocal: IsLocal;
  readonly assets: ConsoleAssets;
  /** Whether cookies may travel over TLS only. */
  readonly isSecure: (request: IncomingMessage) => boolean;
  /** Tries to sign in, by address. */
  readonly attempts: RateLimiter;
}

/** Somebody who is signed in, on a page of theirs. */
export interface Visitor {
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

/** What strangers sent in: a picture that a page shows, or a file to keep. */
export interface FileAnswer {
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly extension: string;
  /** Of a kind that browsers only draw; null: it is downloaded, whatever it is. */
  readonly pictureType: string | null;
}

/** A page, where to go instead, a file, or a document from elsewhere that a page shows in a frame. */
export type PageAnswer =
  | VNode
  | FileAnswer
  /** A page that runs the console's own script. */
  | { readonly scripted: VNode }
  /** The page of a form that was filled in wrongly, with what is wrong: 422. */
  | { readonly unfit: VNode | { readonly scripted: VNode } }
  | { readonly seeOther: string }
  | { readonly framedHtml: string };
