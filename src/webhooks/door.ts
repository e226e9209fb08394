import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  CarrierAdapter,
  Verdict,
  WebhookRequest,
  WebhookVerifier,
} from '../adapters/contract.ts';
import {
  type AccountWithSecrets,
  type Handshakes,
  type Inbox,
  RECEIPT_BODY_BYTES_MAX,
} from '../intake/index.ts';
import { Problem } from '../kernel/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { readBody } from '../platform/read-body.ts';
import { headersToKeep, singleHeaders } from './headers.ts';

/**
 * The door carriers post through. Raw bytes → verdict → receipt → answer, and nothing else: a
 * 2xx leaves only after the bytes are on disk, and what they mean is found out later.
 */
export interface WebhookDoorDeps {
  /** Null for a carrier nobody has an adapter for. */
  readonly adapter: (carrier: string) => CarrierAdapter | null;
  /** Live deployment-wide secrets of a carrier; none: everything is refused. */
  readonly deploymentSecrets: (carrier: string) => readonly string[];
  /** The operator's name for the header that carries the secret, when it was renamed. */
  readonly headerName: (carrier: string) => string | undefined;
  readonly account: (carrier: string, id: string) => Promise<AccountWithSecrets | null>;
  readonly inbox: Pick<Inbox, 'store'>;
  /** Where the callbacks wait that some pushes ask for. */
  readonly handshakes: Pick<Handshakes, 'store'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly count: (carrier: string, outcome: string) => void;
}

export interface WebhookPath {
  readonly carrier: string;
  readonly account?: string;
}

/** Seconds a carrier is asked to wait when we cannot store what it says. */
const RETRY_AFTER_S = 5;

export type WebhookDoor = (
  request: IncomingMessage,
  response: ServerResponse,
  path: WebhookPath,
) => Promise<void>;

/** Throws `Problem` for every refusal; the server that mounts it writes problem+json. */
export function createWebhookDoor(deps: WebhookDoorDeps): WebhookDoor {
  return async (request, response, path) => {
    const outcome = await admit(deps, request, path);
    if (outcome === 'aborted') {
      deps.count(path.carrier, 'aborted');
      response.destroy();
      return;
    }
    const { webhook, webhookRequest } = outcome;
    const { status, headers, body } = webhook.acknowledge?.(webhookRequest) ?? EMPTY_200;
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(body);
    deps.count(path.carrier, 'stored');
  };
}

const EMPTY_200 = { status: 200, headers: {}, body: '' };

async function admit(
  deps: WebhookDoorDeps,
  request: IncomingMessage,
  { carrier, account: accountId }: WebhookPath,
): Promise<'aborted' | { webhook: WebhookVerifier; webhookRequest: WebhookRequest }> {
  const adapter = deps.adapter(carrier);
  const webhook = adapter?.webhook;
  if (!adapter || !webhook) {
    throw refuse(
      deps,
      carrier,
      'unknown',
      new Problem('not_found', 'No such carrier pushes here.'),
    );
  }
  const account = accountId === undefined ? null : await findAccount(deps, carrier, accountId);
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw refuse(
      deps,
      carrier,
      'unreadable',
      new Problem('unsupported_media_type', 'The body has a content encoding; send it plain.'),
    );
  }
  const body = await readBody(request, RECEIPT_BODY_BYTES_MAX);
  if (body.kind === 'aborted') return 'aborted';
  if (body.kind === 'too_large') {
    throw refuse(
      deps,
      carrier,
      'too_large',
      new Problem('too_large', `A webhook may have ${RECEIPT_BODY_BYTES_MAX} bytes at most.`),
    );
  }
  const webhookRequest = { headers: singleHeaders(request), rawBody: body.bytes };
  const header = deps.headerName(carrier);
  const verdict = webhook.verify(
    webhookRequest,
    account?.webhookSecrets ?? deps.deploymentSecrets(carrier),
    deps.clock.nowMs(),
    header === undefined ? {} : { header },
  );
  if (!verdict.ok) throw refuse(deps, carrier, verdict.reason, unauthentic(verdict));
  await store(deps, adapter, account, verdict.trust, webhookRequest, header);
  return { webhook, webhookRequest };
}

async function findAccount(
  deps: WebhookDoorDeps,
  carrier: string,
  id: string,
): Promise<AccountWithSecrets> {
  const account = await deps.account(carrier, id).catch((error: unknown) => {
    throw unavailable(deps, carrier, error);
  });
  if (account !== null) return account;
  throw refuse(deps, carrier, 'unknown', new Problem('not_found', 'No such account.'));
}

/** In words that help an operator and tell a forger nothing about the secret. */
function unauthentic(verdict: Extract<Verdict, { ok: false }>): Problem {
  const detail: Record<typeof verdict.reason, string> = {
    no_secret_configured: 'No secret is configured for this path, so nothing is accepted on it.',
    signature_missing: 'The header that authenticates the request is missing.',
    signature_malformed: 'The header that authenticates the request is not readable.',
    signature_mismatch: 'The header does not authenticate these bytes.',
    timestamp_missing: 'The signed timestamp is missing or not readable.',
    timestamp_stale: 'The signed timestamp is too far from our clock.',
  };
  return new Problem('signature_refused', detail[verdict.reason]);
}

async function store(
  deps: WebhookDoorDeps,
  adapter: CarrierAdapter,
  account: AccountWithSecrets | null,
  trust: 'signed' | 'secret',
  request: WebhookRequest,
  header: string | undefined,
): Promise<void> {
  const { name, push } = adapter.manifest;
  try {
    await deps.inbox.store({
      door: 'webhook',
      carrier: name,
      owner: account && {
        accountId: account.id,
        merchantId: account.merchantId,
        mode: account.mode,
      },
      trust,
      headers: headersToKeep(request.headers, push?.secretHeaders ?? [], header),
      body: request.rawBody,
    });
    const handshake = adapter.webhook?.handshake?.(request) ?? null;
    if (handshake !== null) {
      await deps.handshakes.store(name, account?.id ?? null, handshake);
    }
  } catch (error) {
    throw unavailable(deps, name, error);
  }
}

/** Whatever kept us from storing: the carrier must hear that it has to send it again. */
function unavailable(deps: WebhookDoorDeps, carrier: string, error: unknown): Problem {
  deps.log.warn({ err: error, carrier }, 'a webhook could not be stored and was refused with 503');
  deps.count(carrier, 'overloaded');
  return new Problem('overloaded', 'The webhook could not be stored.', {
    retryAfterS: RETRY_AFTER_S,
  });
}

function refuse(
  deps: WebhookDoorDeps,
  carrier: string,
  outcome: string,
  problem: Problem,
): Problem {
  // The name comes from the URL: only carriers we know become label values.
  deps.count(outcome === 'unknown' ? 'unknown' : carrier, outcome);
  return problem;
}
