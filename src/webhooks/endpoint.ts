import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  CarrierAdapter,
  Verdict,
  WebhookRequest,
  WebhookVerifier,
} from '../adapters/contract/contract.ts';
import { judgeHeaders } from '../adapters/index.ts';
import {
  type AccountWithSecrets,
  type BacklogWatch,
  type Handshakes,
  INBOUND_MESSAGE_BODY_BYTES_MAX,
  type InboundMessageKind,
  type Inbox,
} from '../intake/index.ts';
import { type ErrorText, Problem } from '../kernel/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/observability/log.ts';
import { belongsToInboundMessage } from '../platform/tracing/tracing.ts';
import type { BodyRooms } from './body-room.ts';
import { headersToKeep, singleHeaders } from './headers.ts';
import { isKeyFile, type PublicKeys, REFRESH_MS_MIN } from './public-keys.ts';
import { type PushBody, readPush } from './read-push.ts';

/**
 * The endpoint to which carriers and shops send webhooks. It checks the headers, reads the raw bytes,
 * authenticates them, stores them as an inbound message and answers; nothing else. A push that its
 * headers rule out is refused before a byte of the body is read; a 2xx is sent only after the bytes
 * are on disk; they are interpreted later.
 */
/** What the endpoint needs of a carrier's adapter, or of a shop platform. */
export interface WebhookSource {
  readonly manifest: Pick<CarrierAdapter['manifest'], 'name' | 'push'>;
  readonly webhook?: CarrierAdapter['webhook'];
}

/** The account whose path was called: with a carrier, or a shop. */
export type WebhookAccount = Pick<
  AccountWithSecrets,
  'id' | 'merchantId' | 'mode' | 'webhookSecrets'
>;

interface CarrierEndpointDeps {
  /** Who sends: the kind of the stored messages. */
  readonly kind?: InboundMessageKind;
  /** Returns a carrier's adapter, or a platform; null if there is none. */
  readonly adapter: (carrier: string) => WebhookSource | null;
  /**
   * Returns the current secrets of a carrier that apply to the whole hub; without any, everything
   * is refused.
   */
  readonly deploymentSecrets: (carrier: string) => readonly string[];
  /** Returns the operator's name for the header with the secret, if it was renamed. */
  readonly headerName: (carrier: string) => string | undefined;
  readonly account: (carrier: string, id: string) => Promise<WebhookAccount | null>;
  /** Finds the keys of senders that sign with a private key. */
  readonly publicKeys: PublicKeys;
  /** The memory for bodies whose senders are not authenticated yet. */
  readonly rooms: BodyRooms;
  /** Admits or refuses pushes while the hub is overloaded. */
  readonly backlog: Pick<BacklogWatch, 'ask'>;
  readonly inbox: Pick<Inbox, 'store'>;
  /** Stores the callbacks that some pushes request. */
  readonly handshakes?: Pick<Handshakes, 'store'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly count: (carrier: string, outcome: string) => void;
}

export interface WebhookPath {
  readonly carrier: string;
  /** The sender by which pushes are counted: the address itself, or its network. */
  readonly network: string;
  readonly account?: string;
}

/** Seconds until a carrier should retry when its push could not be stored. */
const RETRY_AFTER_S = 5;
/**
 * Longest time for a body: 1 MiB at 105 kB/s. Carriers send a few kilobytes, and from data centres.
 */
const BODY_MS_MAX = 10_000;
const READING = { bytesMax: INBOUND_MESSAGE_BODY_BYTES_MAX, withinMs: BODY_MS_MAX };

export type CarrierEndpoint = (
  request: IncomingMessage,
  response: ServerResponse,
  path: WebhookPath,
) => Promise<void>;

/**
 * Creates the request handler. It throws `Problem` for every refusal; the server that mounts it
 * writes problem+json.
 */
export function createCarrierEndpoint(deps: CarrierEndpointDeps): CarrierEndpoint {
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

/** A path's carrier, and what is needed to authenticate its pushes. */
interface WebhookTarget {
  readonly adapter: WebhookSource;
  readonly webhook: WebhookVerifier;
  readonly account: WebhookAccount | null;
  readonly secrets: readonly string[];
  /** The operator's name for the header that authenticates, if it was renamed. */
  readonly header: string | undefined;
}

/** Checks, reads, authenticates and stores a push; throws `Problem` if it is refused. */
async function admit(
  deps: CarrierEndpointDeps,
  request: IncomingMessage,
  path: WebhookPath,
): Promise<'aborted' | { webhook: WebhookVerifier; webhookRequest: WebhookRequest }> {
  const { carrier, network } = path;
  const target = await findWebhook(deps, path);
  const { adapter, webhook, header } = target;
  const headers = singleHeaders(request, header);
  const secrets = await secretsFor(deps, target, headers);
  const options = header === undefined ? {} : { header };
  const byHeaders = judgeHeaders(adapter, headers, secrets, deps.clock.nowMs(), options);
  if (byHeaders?.ok === false) throw unauthenticProblem(deps, carrier, byHeaders);
  const bytes = announcedLength(deps, carrier, headers);
  admitByBacklog(deps, carrier);
  const room = deps.rooms.enter({ carrier, network, proved: byHeaders !== null }, bytes);
  if (room === null) throw unreadProblem(deps, carrier, 'no_room');
  try {
    const body = await readPush(request, room, READING);
    if (body.kind === 'aborted') return 'aborted';
    if (body.kind !== 'body') throw unreadProblem(deps, carrier, body.kind);
    const webhookRequest = { headers, rawBody: body.bytes };
    const verdict: Verdict =
      byHeaders ?? webhook.verify(webhookRequest, secrets, deps.clock.nowMs(), options);
    if (!verdict.ok) throw unauthenticProblem(deps, carrier, verdict);
    // The memory is released before storing: what waits for the disk is authentic.
    room.leave(true);
    belongsToInboundMessage(request, await store(deps, target, verdict.trust, webhookRequest));
    return { webhook, webhookRequest };
  } finally {
    room.leave(false);
  }
}

/**
 * Refuses a push that would wait too long, by throwing. It runs before the body is read: a refusal
 * must cost next to nothing, or a flood uses what the admitted pushes need.
 */
function admitByBacklog(deps: CarrierEndpointDeps, carrier: string): void {
  const verdict = deps.backlog.ask();
  if (verdict.admit) return;
  const { reason, retryAfterS } = verdict;
  const problem = new Problem('overloaded', OVERLOAD_TEXTS[reason], { retryAfterS });
  throw countRefusal(deps, carrier, `shed_${reason}`, problem);
}

const OVERLOAD_TEXTS = {
  backlog: 'requests.webhookBacklogFull',
  sockets: 'requests.tooManyConnections',
  disk: 'requests.webhookStorageBacklogFull',
  processor: 'requests.webhooksArrivingTooFast',
} as const;

async function findWebhook(deps: CarrierEndpointDeps, path: WebhookPath): Promise<WebhookTarget> {
  const { carrier, account: id } = path;
  const adapter = deps.adapter(carrier);
  const webhook = adapter?.webhook;
  if (!adapter || !webhook) {
    const problem = new Problem('not_found', 'requests.noSuchWebhookCarrier');
    throw countRefusal(deps, carrier, 'unknown', problem);
  }
  const account = id === undefined ? null : await findAccount(deps, carrier, id);
  const secrets = account?.webhookSecrets ?? deps.deploymentSecrets(carrier);
  return { adapter, webhook, account, secrets, header: deps.headerName(carrier) };
}

/**
 * Returns what a push is verified with: the path's secrets, or the public keys with the id that the
 * headers name. Throws `Problem` if they name none, no key has it, or keys cannot be read.
 */
async function secretsFor(
  deps: CarrierEndpointDeps,
  { adapter, webhook, account, secrets }: WebhookTarget,
  headers: WebhookRequest['headers'],
): Promise<readonly string[]> {
  if (webhook.keys !== 'public' || secrets.length === 0) return secrets;
  const { name } = adapter.manifest;
  const keyId = webhook.keyId?.(headers) ?? null;
  // The sources are public: as a secret they would let anyone sign.
  if (keyId === null) throw unauthenticProblem(deps, name, { reason: 'signature_missing' });
  // A merchant may name a URL, but no file of this machine.
  const sources = account === null ? secrets : secrets.filter((each) => !isKeyFile(each));
  const keys = await deps.publicKeys.find(sources, keyId);
  if (keys === 'unavailable') {
    const retryAfterS = REFRESH_MS_MIN / 1_000;
    const problem = new Problem('overloaded', 'requests.webhookNotStored', { retryAfterS });
    throw countRefusal(deps, name, 'overloaded', problem);
  }
  if (keys.length > 0) return keys;
  throw unauthenticProblem(deps, name, { reason: 'key_unknown' });
}

async function findAccount(
  deps: CarrierEndpointDeps,
  carrier: string,
  id: string,
): Promise<WebhookAccount> {
  const account = await deps.account(carrier, id).catch((error: unknown) => {
    throw notStoredProblem(deps, carrier, error);
  });
  if (account !== null) return account;
  throw countRefusal(deps, carrier, 'unknown', new Problem('not_found', 'requests.noSuchAccount'));
}

/**
 * Returns the length that the headers announce, 0 for none; throws for a body that must not be
 * read.
 */
function announcedLength(
  deps: CarrierEndpointDeps,
  carrier: string,
  headers: WebhookRequest['headers'],
): number {
  const encoding = headers['content-encoding'];
  const transfer = headers['transfer-encoding'];
  const isEncoded = encoding !== undefined && encoding !== 'identity';
  // Node decodes `chunked` only: with `gzip, chunked` the bytes would still be compressed.
  if (isEncoded || (transfer !== undefined && transfer.toLowerCase() !== 'chunked')) {
    const detail = 'requests.bodyCompressedOrEncoded';
    throw countRefusal(deps, carrier, 'unreadable', new Problem('unsupported_media_type', detail));
  }
  const bytes = Number(headers['content-length'] ?? 0);
  if (bytes > INBOUND_MESSAGE_BODY_BYTES_MAX) throw unreadProblem(deps, carrier, 'too_large');
  return bytes;
}

/** Counts a body that is not read to its end, and returns its problem. */
function unreadProblem(
  deps: CarrierEndpointDeps,
  carrier: string,
  kind: Exclude<PushBody['kind'], 'body' | 'aborted'>,
): Problem {
  const problems = {
    too_large: () =>
      new Problem('too_large', {
        'requests.webhookTooLarge': { inboundMessageBodyBytesMax: INBOUND_MESSAGE_BODY_BYTES_MAX },
      }),
    too_slow: () =>
      new Problem('too_slow', { 'requests.webhookTooSlow': { bodyMsMax: BODY_MS_MAX / 1_000 } }),
    no_room: () =>
      new Problem('overloaded', 'requests.tooManyWebhooksArriving', {
        retryAfterS: RETRY_AFTER_S,
      }),
  };
  return countRefusal(deps, carrier, kind, problems[kind]());
}

/**
 * Counts a push that is not authentic, and returns its problem. Its text helps an operator and
 * reveals nothing about the secret to a forger.
 */
function unauthenticProblem(
  deps: CarrierEndpointDeps,
  carrier: string,
  { reason }: { readonly reason: Extract<Verdict, { ok: false }>['reason'] | 'key_unknown' },
): Problem {
  const detail: Record<typeof reason, ErrorText> = {
    no_secret_configured: 'requests.secretNotConfigured',
    signature_missing: 'requests.signatureHeaderMissing',
    signature_malformed: 'requests.signatureHeaderMalformed',
    key_unknown: 'requests.signingKeyUnknown',
    signature_mismatch: 'requests.signatureMismatch',
    timestamp_missing: 'requests.signedTimestampMissing',
    timestamp_stale: 'requests.signedTimestampTooFar',
  };
  return countRefusal(deps, carrier, reason, new Problem('signature_refused', detail[reason]));
}

/** Stores an authentic push; returns the id of its inbound message. */
async function store(
  deps: CarrierEndpointDeps,
  { adapter, account, header }: WebhookTarget,
  trust: 'signed' | 'secret',
  request: WebhookRequest,
): Promise<string> {
  const { name, push } = adapter.manifest;
  try {
    const inboundMessageId = await deps.inbox.store({
      kind: deps.kind ?? 'carrier',
      source: 'webhook',
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
      await deps.handshakes?.store(name, account?.id ?? null, handshake);
    }
    return inboundMessageId;
  } catch (error) {
    throw notStoredProblem(deps, name, error);
  }
}

/**
 * Logs and counts a push that could not be stored, or whose account could not be read, and returns
 * its problem: the carrier must send it again.
 */
function notStoredProblem(deps: CarrierEndpointDeps, carrier: string, error: unknown): Problem {
  deps.log.warn({ err: error, carrier }, 'a webhook could not be stored and was refused with 503');
  deps.count(carrier, 'overloaded');
  return new Problem('overloaded', 'requests.webhookNotStored', {
    retryAfterS: RETRY_AFTER_S,
  });
}

/** Counts a refused push and returns `problem`, for the caller to throw. */
function countRefusal(
  deps: CarrierEndpointDeps,
  carrier: string,
  outcome: string,
  problem: Problem,
): Problem {
  // The name comes from the URL: only carriers we know become label values.
  deps.count(outcome === 'unknown' ? 'unknown' : carrier, outcome);
  return problem;
}
