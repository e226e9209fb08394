import { createHash } from 'node:crypto';
import { z } from 'zod';
import { open, seal } from '../../../platform/sealing/sealing.ts';
import { type MembersDeps, newToken } from '../members-deps.ts';
import { insertReturned } from './identities.sql.ts';

/** The time for signing in at the provider, with all its steps. */
const FLOW_MS = 15 * 60_000;

const BOUND_TO = 'desk sign-in with a provider';

const purpose = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sign-in'), next: z.string() }),
  /** Connects the account of a signed-in member. */
  z.object({ kind: z.literal('connect'), userId: z.string() }),
  /** Accepts an invitation by its token. */
  z.object({ kind: z.literal('join'), token: z.string() }),
]);

const flow = z.object({
  providerId: z.string(),
  purpose,
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  endsAtMs: z.number(),
});

/**
 * The hub's state while somebody signs in at their provider. It is in a sealed cookie of that
 * browser: strangers who begin sign-ins fill no table, and nobody can finish one in another
 * browser.
 */
export type SignInFlow = z.infer<typeof flow>;

/** Creates a new flow, with secrets of its own. */
export function newFlow(
  deps: MembersDeps,
  providerId: string,
  of: SignInFlow['purpose'],
): SignInFlow {
  const [state, nonce, verifier] = [newToken(deps), newToken(deps), newToken(deps)];
  const endsAtMs = deps.clock.nowMs() + FLOW_MS;
  return { providerId, purpose: of, state, nonce, verifier, endsAtMs };
}

/** Seals a flow as a text of letters, digits, `-` and `_`. */
export function sealFlow({ keyring }: MembersDeps, of: SignInFlow): string {
  const sealed = seal(keyring, Buffer.from(JSON.stringify(of), 'utf8'), BOUND_TO);
  return sealed.toString('base64url');
}

/**
 * Opens a sealed flow; null for a text that we did not seal, and for an expired flow. Does not use
 * it up.
 */
export function openFlow({ keyring, clock }: MembersDeps, text: string): SignInFlow | null {
  let json: unknown;
  try {
    json = JSON.parse(open(keyring, Buffer.from(text, 'base64url'), BOUND_TO).toString('utf8'));
  } catch {
    return null;
  }
  const read = flow.safeParse(json);
  return read.success && read.data.endsAtMs > clock.nowMs() ? read.data : null;
}

/** Uses up a flow; false if it was used before, by any process. */
export function takeFlow({ db, clock }: MembersDeps, { state, endsAtMs }: SignInFlow) {
  const hash = createHash('sha256').update(state, 'utf8').digest();
  return insertReturned(db.pipeline, hash, clock.nowMs(), endsAtMs);
}
