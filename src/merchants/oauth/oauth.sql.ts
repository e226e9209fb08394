import type { Mode } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows, type Row } from '../../platform/database/query-rows.ts';
import { HAS_SECOND_STEP, RIGHTS } from '../members/rights.sql.ts';
import type { OperatorPower, Role } from '../members/roles.ts';
import type { SignInWay } from '../members/sessions.sql.ts';

export type OAuthClient = Row<'oauth_clients', 'id' | 'name' | 'redirectUris'>;

/**
 * Adds a program; removes those that nobody allowed anything for a day, and of the others without a
 * grant all but the `clientsMax` newest, so that nobody can keep new ones out.
 */
export async function insertClient(
  db: Queryable,
  { id, name, redirectUris }: OAuthClient,
  nowMs: number,
  clientsMax: number,
): Promise<void> {
  await db.query(
    `delete from oauth_clients c where created_at < to_timestamp($1 / 1000.0) - interval '1 day'
       and not exists (select from oauth_grants g where g.client_id = c.id)`,
    [nowMs],
  );
  await db.query(
    `delete from oauth_clients where id in (
       select c.id from oauth_clients c
       where not exists (select from oauth_grants g where g.client_id = c.id)
       order by c.created_at desc, c.id desc offset $1)`,
    [clientsMax - 1],
  );
  await db.query(
    `insert into oauth_clients (id, name, redirect_uris, created_at)
     values ($1, $2, $3, to_timestamp($4 / 1000.0))`,
    [id, name, redirectUris, nowMs],
  );
}

export async function clientById(db: Queryable, id: string): Promise<OAuthClient | null> {
  const text = 'select id, name, redirect_uris from oauth_clients where id = $1';
  return queryRow<OAuthClient>(db, text, [id]);
}

/** Who allowed something, and what. */
interface NewGrant {
  readonly id: string;
  readonly clientId: string;
  readonly userId: string | null;
  readonly apiKeyId: string | null;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly scopes: readonly string[];
  readonly seesPeople: boolean;
  readonly way: SignInWay;
  readonly resource: string;
  readonly redirectUri: string;
  readonly codeChallenge: string;
  readonly nowMs: number;
  readonly expiresAtMs: number;
}

/** Adds a grant; removes ended ones, and of the same person with that merchant all but the `grantsMax` newest. */
export async function insertGrant(tx: Queryable, grant: NewGrant, grantsMax: number) {
  const { userId, apiKeyId, merchantId, way, nowMs } = grant;
  const provider = way.kind === 'provider' ? way : null;
  await tx.query('delete from oauth_grants where expires_at < to_timestamp($1 / 1000.0)', [nowMs]);
  await tx.query('delete from oauth_tokens where expires_at < to_timestamp($1 / 1000.0)', [nowMs]);
  await tx.query(
    `insert into oauth_grants
       (id, client_id, user_id, api_key_id, merchant_id, mode, scopes, resource, redirect_uri,
        code_challenge, created_at, expires_at, sees_people, provider_id, vouched)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11 / 1000.0),
       to_timestamp($12 / 1000.0), $13, $14, $15)`,
    [
      ...[grant.id, grant.clientId, userId, apiKeyId, merchantId, grant.mode, grant.scopes],
      ...[grant.resource, grant.redirectUri, grant.codeChallenge, nowMs, grant.expiresAtMs],
      ...[grant.seesPeople, provider?.id ?? null, provider?.vouched ?? false],
    ],
  );
  await tx.query(
    `delete from oauth_grants where id in (
       select id from oauth_grants where (user_id = $1 or api_key_id = $2) and merchant_id = $4
       order by created_at desc, id desc offset $3)`,
    [userId, apiKeyId, grantsMax, merchantId],
  );
}

export type TokenKind = 'code' | 'access' | 'refresh';

export async function insertToken(
  tx: Queryable,
  token: {
    readonly hash: Uint8Array | null;
    readonly grantId: string;
    readonly kind: TokenKind;
    readonly expiresAtMs: number;
  },
): Promise<void> {
  await tx.query(
    `insert into oauth_tokens (token_hash, grant_id, kind, expires_at)
     values ($1, $2, $3, to_timestamp($4 / 1000.0))`,
    [token.hash, token.grantId, token.kind, token.expiresAtMs],
  );
}

/** A code or refresh token with its grant, which stays locked until the transaction ends. */
export interface HeldToken
  extends Row<
    'oauth_grants',
    'id' | 'clientId' | 'scopes' | 'resource' | 'redirectUri' | 'codeChallenge'
  > {
  /** Epoch ms; null: never. */
  readonly usedAtMs: number | null;
}

/** Null: there is none, or it has ended. */
export async function holdToken(
  tx: Queryable,
  hash: Uint8Array,
  kind: TokenKind,
  nowMs: number,
): Promise<HeldToken | null> {
  return queryRow<HeldToken>(
    tx,
    `select g.id, g.client_id, g.scopes, g.resource, g.redirect_uri, g.code_challenge,
       t.used_at
     from oauth_tokens t join oauth_grants g on g.id = t.grant_id
     where t.token_hash = $1 and t.kind = $2 and t.expires_at > to_timestamp($3 / 1000.0)
       and g.expires_at > to_timestamp($3 / 1000.0)
     for update of t, g`,
    [hash, kind, nowMs],
  );
}

export async function useToken(tx: Queryable, hash: Uint8Array, nowMs: number): Promise<void> {
  const text = 'update oauth_tokens set used_at = to_timestamp($2 / 1000.0) where token_hash = $1';
  await tx.query(text, [hash, nowMs]);
}

export async function prolongGrant(tx: Queryable, id: string, untilMs: number): Promise<void> {
  const text = 'update oauth_grants set expires_at = to_timestamp($2 / 1000.0) where id = $1';
  await tx.query(text, [id, untilMs]);
}

/** Ends a grant with all its tokens. */
export async function deleteGrant(db: Queryable, id: string): Promise<void> {
  await db.query('delete from oauth_grants where id = $1', [id]);
}

/** Removes the ended tokens of a grant. */
export async function deleteEndedTokens(tx: Queryable, id: string, nowMs: number): Promise<void> {
  const text =
    'delete from oauth_tokens where grant_id = $1 and expires_at < to_timestamp($2 / 1000.0)';
  await tx.query(text, [id, nowMs]);
}

/** Ends the grant of a token of any kind, also of one that has ended. */
export async function deleteGrantOfToken(
  db: Queryable,
  hash: Uint8Array,
  clientId: string | null,
): Promise<void> {
  await db.query(
    `delete from oauth_grants g using oauth_tokens t
     where t.grant_id = g.id and t.token_hash = $1 and ($2::uuid is null or g.client_id = $2)`,
    [hash, clientId],
  );
}

/** What an access token stands for, and what its giver may do now. */
interface AgentRow
  extends Row<
    'oauth_grants',
    ('id' | 'merchantId' | 'mode' | 'scopes' | 'resource' | 'seesPeople') | ('userId' | 'apiKeyId')
  > {
  readonly name: string;
  readonly createdAtMs: number;
  readonly role: Role | null;
  readonly power: OperatorPower | null;
  readonly keyScopes: readonly string[] | null;
  readonly isBootstrap: boolean | null;
}

/**
 * Returns the grant of a valid access token, with the rights that its giver would have now in the
 * session in which they gave it (see `memberSession`).
 */
export async function agentByToken(
  db: Queryable,
  hash: Uint8Array,
  nowMs: number,
): Promise<AgentRow | null> {
  return queryRow<AgentRow>(db, {
    name: 'oauth_agent',
    text: `select s.id, s.merchant_id, s.mode, s.scopes, s.resource, s.created_at, s.sees_people,
             s.user_id, s.api_key_id, n.name,
             case when ${HAS_SECOND_STEP} then m.role end as role,
             case when ${HAS_SECOND_STEP} then o.power end as power,
             k.scopes as key_scopes, k.bootstrap as is_bootstrap
           from oauth_tokens t join oauth_grants s on s.id = t.grant_id
           join oauth_clients n on n.id = s.client_id
           join merchants c on c.id = s.merchant_id
           ${RIGHTS}
           where t.token_hash = $1 and t.kind = 'access'
             and t.expires_at > to_timestamp($2 / 1000.0)
             and s.expires_at > to_timestamp($2 / 1000.0)`,
    values: [hash, nowMs],
  });
}

/** A grant in its giver's list. */
export interface ListedGrant extends Row<'oauth_grants', 'id' | 'mode' | 'scopes' | 'createdAtMs'> {
  readonly client: string;
  readonly merchant: string;
}

/** A person or key, and the only merchant whose grants count; null: all. */
export interface GrantsOwner {
  readonly kind: string;
  readonly id: string;
  readonly merchantId: string | null;
}

/** Returns the grants of a person or key that can still be used, newest first. */
export async function grantsOf(
  db: Queryable,
  { kind, id, merchantId }: GrantsOwner,
  nowMs: number,
): Promise<ListedGrant[]> {
  return queryRows<ListedGrant>(
    db,
    `select g.id, g.mode, g.scopes, g.created_at, c.name as client, s.name as merchant
     from oauth_grants g join oauth_clients c on c.id = g.client_id
     join merchants s on s.id = g.merchant_id
     where (case when $1 = 'user' then g.user_id else g.api_key_id end) = $2
       and g.expires_at > to_timestamp($3 / 1000.0)
       and ($4::uuid is null or g.merchant_id = $4)
     order by g.created_at desc, g.id`,
    [kind, id, nowMs, merchantId],
  );
}

/** Ends a grant of a person or key, and returns the program's name; null: they gave no such grant. */
export async function deleteGrantOf(
  db: Queryable,
  { kind, id, merchantId }: GrantsOwner,
  grantId: string,
): Promise<string | null> {
  const row = await queryRow<{ name: string }>(
    db,
    `delete from oauth_grants g using oauth_clients c
     where g.id = $3 and c.id = g.client_id
       and (case when $1 = 'user' then g.user_id else g.api_key_id end) = $2
       and ($4::uuid is null or g.merchant_id = $4)
     returning c.name`,
    [kind, id, grantId, merchantId],
  );
  return row?.name ?? null;
}

/** Ends all access that a user gave, as a new password ends all their sessions. */
export async function deleteGrantsOf(db: Queryable, userId: string): Promise<void> {
  await db.query('delete from oauth_grants where user_id = $1', [userId]);
}
