import type { HttpAnswer } from 'waybill/adapter';
import type { HttpRequest } from 'waybill/adapter/kit';
import {
  type SandboxCarrier,
  type SandboxWorld,
  SUBSCRIPTION_DEFAULTS,
} from 'waybill/adapter/sandbox';

const LIFETIME_S = 3_600;

/**
 * Returns the answer that grants a token: that of the carrier's own sandbox to this request, or
 * without a sandbox the usual one of OAuth (RFC 6749, section 5.1).
 */
export function tokenAnswer(
  sandbox: SandboxCarrier | null,
  request: HttpRequest,
  token: string,
  nowMs: number,
): HttpAnswer {
  if (sandbox === null) {
    const granted = { access_token: token, token_type: 'Bearer', expires_in: LIFETIME_S };
    return { status: 200, headers: {}, text: JSON.stringify(granted) };
  }
  const { pathname, searchParams } = new URL(request.url);
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    value,
  ]);
  const received = {
    method: request.method,
    path: decodeURIComponent(pathname),
    query: searchParams,
    headers: Object.fromEntries(headers),
    text: request.body ?? '',
  };
  const { body, ...answer } = sandbox.answer(received, worldGranting(token, nowMs));
  return { ...answer, text: body };
}

/** A world without parcels, in which all credentials are right and every token is `token`. */
function worldGranting(token: string, nowMs: number): SandboxWorld {
  return {
    nowMs,
    parcel: () => null,
    divert: () => false,
    tokens: { issue: () => token, check: () => ({ state: 'unknown' }) },
    credentials: () => 'good',
    spend: () => ({ ok: true }),
    subscriptions: {
      create: (wanted) => ({ ...SUBSCRIPTION_DEFAULTS, id: '', ...wanted, createdAtMs: nowMs }),
      get: () => null,
      list: () => [],
      update: () => null,
    },
    registrations: {
      add: () => null,
      find: () => null,
      get: () => null,
      list: () => [],
      update: () => null,
      remove: () => false,
      quota: () => ({ used: 0, remaining: null }),
    },
    send() {},
    newId: () => '0'.repeat(32),
    own: (kind) => new kind(),
  };
}

/** Returns the answer with another value of one member of its JSON object. */
export function withMember(answer: HttpAnswer, name: string, value: unknown): HttpAnswer {
  return { ...answer, text: JSON.stringify({ ...membersOf(answer), [name]: value }) };
}

/** The members of an answer's JSON object; none if it is something else. */
export function membersOf({ text }: HttpAnswer): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
