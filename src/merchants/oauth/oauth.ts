import { createHash } from 'node:crypto';
import { isUuid } from '../../kernel/ids.ts';
import type { MerchantScope } from '../../kernel/scopes.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { constantTimeEquals } from '../../kernel/wire/hmac.ts';
import { type Queryable, withTransaction } from '../../platform/database/database.ts';
import { type MemberSession, powerOfScopes } from '../members/member-sessions.ts';
import { type MembersDeps, newId, newToken, tokenHash } from '../members/members-deps.ts';
import { mayDo, type Rights } from '../members/roles.ts';
import type { ApiKey } from '../tenants.sql.ts';
import {
  agentByToken,
  clientById,
  deleteEndedTokens,
  deleteGrant,
  deleteGrantOf,
  deleteGrantOfToken,
  type GrantsOwner,
  grantsOf,
  type HeldToken,
  holdToken,
  insertClient,
  insertGrant,
  insertToken,
  type ListedGrant,
  type OAuthClient,
  prolongGrant,
  type TokenKind,
  useToken,
} from './oauth.sql.ts';

type OAuthDeps = Pick<MembersDeps, 'db' | 'clock' | 'randomBytes'>;

/** Anybody may register a program, so there must be an end to those that nobody allowed anything. */
const CLIENTS_MAX = 1_000;
/** Of one person with one merchant. */
const GRANTS_MAX = 20;
/** A browser brings the code back at once. */
const CODE_MS = 60_000;
/** A stolen token is of use for as long; programs refresh theirs without asking anybody. */
const ACCESS_MS = 15 * 60_000;
/** Programs call several tools at once, and each call may renew the token. */
const REPEAT_MS = 30_000;
/** After a month without use, somebody must allow it again. */
const REFRESH_MS = 30 * 86_400_000;

const PREFIX = { code: 'wbc_', access: 'wbo_', refresh: 'wbr_' } as const;
const PREFIX_CHARS = 4;
/** What only an access token begins with. */
export const ACCESS_PREFIX = PREFIX.access;

/** The scopes that a program may get, and the right which its user needs to give each. */
const SCOPE_RIGHTS = {
  'shipments:read': 'shipments:see',
  'exceptions:read': 'exceptions:see',
  'shipments:write': 'shipments:change',
  'exceptions:write': 'shipments:change',
} as const;
export const READ_SCOPES = ['shipments:read', 'exceptions:read'] as const;
export const WRITE_SCOPES = ['shipments:write', 'exceptions:write'] as const;

/** Of these scopes, those that somebody may give to a program. Pure. */
export function grantableScopes(who: Rights, wanted: readonly string[]): readonly MerchantScope[] {
  return [...READ_SCOPES, ...WRITE_SCOPES].filter(
    (scope) => wanted.includes(scope) && mayDo(who, SCOPE_RIGHTS[scope]),
  );
}

/** Registers a program. */
export async function registerClient(
  deps: OAuthDeps,
  wanted: Omit<OAuthClient, 'id'>,
): Promise<OAuthClient> {
  const client = { id: newId(deps), ...wanted };
  await insertClient(deps.db.pipeline, client, deps.clock.nowMs(), CLIENTS_MAX);
  return client;
}

export async function findClient({ db }: OAuthDeps, id: string): Promise<OAuthClient | null> {
  return isUuid(id) ? clientById(db.pipeline, id) : null;
}

/** What somebody allows. */
interface Consent {
  readonly client: Pick<OAuthClient, 'id'>;
  readonly actor: Pick<MemberSession['actor'], 'kind' | 'id'>;
  readonly tenant: Tenant;
  readonly scopes: readonly MerchantScope[];
  /** Whether they see recipients, and know that the program will. */
  readonly seesPeople: boolean;
  /** How they signed in: the program gets no rights that this session does not have. */
  readonly way: MemberSession['way'];
  readonly resource: string;
  readonly redirectUri: string;
  /** PKCE, S256. */
  readonly codeChallenge: string;
}

/** Stores what somebody allows a program, and returns the code with which it gets its tokens. */
export async function allowProgram(deps: OAuthDeps, consent: Consent): Promise<string> {
  const nowMs = deps.clock.nowMs();
  const { client, actor, tenant, ...asked } = consent;
  const isUser = actor.kind === 'user';
  const grant = {
    ...asked,
    ...tenant,
    id: newId(deps),
    clientId: client.id,
    userId: isUser ? actor.id : null,
    apiKeyId: isUser ? null : actor.id,
    nowMs,
    expiresAtMs: nowMs + CODE_MS,
  };
  return withTransaction(deps.db.pipeline, async (tx) => {
    await insertGrant(tx, grant, GRANTS_MAX);
    return issue(deps, tx, grant.id, 'code', CODE_MS);
  });
}

/** Tokens of a grant; their texts are returned only here. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  readonly scopes: readonly string[];
  readonly expiresInS: number;
}

interface Redemption {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly verifier: string;
  /** Absent: the program did not say. */
  readonly resource: string | null;
}

/** Exchanges a code for tokens. Null: the code is unknown, used, or not of this request. */
export async function redeemCode(
  deps: OAuthDeps,
  code: string,
  { clientId, redirectUri, verifier, resource }: Redemption,
): Promise<Tokens | null> {
  const challenge = createHash('sha256').update(verifier, 'utf8').digest('base64url');
  return exchange(
    deps,
    code,
    { kind: 'code', clientId, resource },
    (grant) =>
      grant.redirectUri === redirectUri && constantTimeEquals(challenge, grant.codeChallenge),
  );
}

/** Exchanges a refresh token for new tokens. Null: it is unknown, used, or another program's. */
export async function refreshTokens(
  deps: OAuthDeps,
  refresh: string,
  of: Pick<Redemption, 'clientId' | 'resource'>,
): Promise<Tokens | null> {
  return exchange(deps, refresh, { kind: 'refresh', ...of }, () => true);
}

/**
 * Uses a token once. If it was used before, somebody has stolen it, and the grant ends; only a
 * refresh token may be repeated within `REPEAT_MS`.
 */
async function exchange(
  deps: OAuthDeps,
  text: string,
  {
    kind,
    clientId,
    resource,
  }: Pick<Redemption, 'clientId' | 'resource'> & { readonly kind: TokenKind },
  fits: (grant: HeldToken) => boolean,
): Promise<Tokens | null> {
  const nowMs = deps.clock.nowMs();
  const hash = hashOf(text, kind);
  if (hash === null) return null;
  return withTransaction(deps.db.pipeline, async (tx) => {
    const grant = await holdToken(tx, hash, kind, nowMs);
    if (grant === null) return null;
    const isOfProgram =
      grant.clientId === clientId && (resource ?? grant.resource) === grant.resource;
    const isRepeated =
      grant.usedAtMs !== null && (kind === 'code' || nowMs - grant.usedAtMs > REPEAT_MS);
    if (isRepeated || !isOfProgram || !fits(grant)) {
      // A wrong verifier or program, too, means that the text is in wrong hands.
      await deleteGrant(tx, grant.id);
      return null;
    }
    if (grant.usedAtMs === null) await useToken(tx, hash, nowMs);
    await deleteEndedTokens(tx, grant.id, nowMs);
    await prolongGrant(tx, grant.id, nowMs + REFRESH_MS);
    const access = await issue(deps, tx, grant.id, 'access', ACCESS_MS);
    const refresh = await issue(deps, tx, grant.id, 'refresh', REFRESH_MS);
    return { access, refresh, scopes: grant.scopes, expiresInS: ACCESS_MS / 1_000 };
  });
}

/** Ends the access that a token of any kind belongs to; nothing happens for another program's. */
export async function revokeTokens(
  { db }: OAuthDeps,
  text: string,
  clientId: string | null,
): Promise<void> {
  const hash = tokenHash(text.slice(PREFIX_CHARS));
  if (hash === null || (clientId !== null && !isUuid(clientId))) return;
  await deleteGrantOfToken(db.pipeline, hash, clientId);
}

/** A program during a request, in the form of a key. */
interface Agent extends ApiKey {
  readonly program: string;
  /** Who allowed it. */
  readonly actor: ProgramActor;
  /** Whether its user may see recipients. */
  readonly seesPeople: boolean;
}

/** Who uses a program, as the activity log names them. */
export interface ProgramActor {
  readonly kind: 'user' | 'api_key';
  readonly id: string;
}

/**
 * Returns what an access token permits now: what was allowed, as far as its user's role still
 * permits that. Null: it permits nothing.
 *
 * @param resource the address at which the token was offered
 */
export async function agentOf(
  { db, clock }: Pick<OAuthDeps, 'db' | 'clock'>,
  text: string,
  resource: string,
): Promise<Agent | null> {
  const hash = hashOf(text, 'access');
  const row = hash && (await agentByToken(db.pipeline, hash, clock.nowMs()));
  if (row === null || row.resource !== resource) return null;
  const powerOfKey = row.isBootstrap ? 'write' : powerOfScopes(row.keyScopes ?? []);
  const who = { role: row.role, power: row.power ?? (row.keyScopes === null ? null : powerOfKey) };
  const scopes = grantableScopes(who, row.scopes);
  if (scopes.length === 0) return null;
  const { id, merchantId, mode, name, createdAtMs, userId, apiKeyId } = row;
  return {
    ...{ id, merchantId, mode, name, scopes, createdAtMs },
    program: name,
    actor: userId === null ? { kind: 'api_key', id: apiKeyId ?? '' } : { kind: 'user', id: userId },
    prefix: ACCESS_PREFIX,
    facilityCodes: null,
    bootstrap: false,
    lastUsedAtMs: null,
    seesPeople: row.seesPeople && mayDo(who, 'people:see'),
  };
}

type Giver = Pick<MemberSession, 'actor' | 'way' | 'tenant'>;

/** A session that a provider opened shows its merchant only. */
function ownerOf({ actor: { kind, id }, way, tenant }: Giver): GrantsOwner {
  return { kind, id, merchantId: way.kind === 'provider' ? tenant.merchantId : null };
}

/** The programs that somebody allowed something, newest first. */
export async function listPrograms(deps: OAuthDeps, giver: Giver): Promise<ListedGrant[]> {
  return grantsOf(deps.db.pipeline, ownerOf(giver), deps.clock.nowMs());
}

/** Ends a program's access, and returns its name; null: they gave it none. */
export async function endProgram(
  deps: OAuthDeps,
  giver: Giver,
  id: string,
): Promise<string | null> {
  return isUuid(id) ? deleteGrantOf(deps.db.pipeline, ownerOf(giver), id) : null;
}

/** Adds a token to a grant, and returns its text. */
async function issue(
  deps: OAuthDeps,
  tx: Queryable,
  grantId: string,
  kind: TokenKind,
  lastsMs: number,
): Promise<string> {
  const token = newToken(deps);
  const expiresAtMs = deps.clock.nowMs() + lastsMs;
  await insertToken(tx, { hash: tokenHash(token), grantId, kind, expiresAtMs });
  return `${PREFIX[kind]}${token}`;
}

/** Null: the text cannot be a token of this kind. */
function hashOf(text: string, kind: TokenKind): Buffer | null {
  return text.startsWith(PREFIX[kind]) ? tokenHash(text.slice(PREFIX_CHARS)) : null;
}
