import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Accounts } from '../../intake/index.ts';
import type { PostalCodes } from '../../kernel/places/postal-codes.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type {
  ApiKeysDeps,
  MemberPower,
  MemberSession,
  MembersDeps,
  Membership,
  OpenId,
  ProviderSettings,
} from '../../merchants/index.ts';
import type { Sheds } from '../../platform/load/watch-load.ts';
import type { Egress } from '../../platform/net/egress.ts';
import type { Timers } from '../../platform/work/timers.ts';
import type { CarrierExtras } from '../../poller/index.ts';
import type { FanOut } from '../../reactions/live/index.ts';
import type {
  MemberMailer,
  Notifications,
  OpenedChannels,
} from '../../reactions/notifications/index.ts';
import type { ConsoleAssets } from '../console/assets.ts';
import type { FormSlots } from '../kit/bodies/form-slots.ts';
import type { RateLimiter } from '../kit/rate-limit.ts';
import type { RequestContext } from '../kit/route.ts';
import type { IsLocal } from '../operators/loopback.ts';
import type { OpsParts } from '../operators/ops-parts.ts';
import type { CredentialCheck } from '../resources/carrier-accounts/credential-check.ts';
import type { PredictionWords } from '../resources/edd-prediction/routes.ts';
import type { MapAssets } from '../resources/public-tracking/pages/map-assets.ts';
import type { Language as SpokenLanguage } from '../resources/public-tracking/pages/texts.ts';
import type { Polling } from '../resources/pulling/polling.ts';
import type { Redirects } from '../resources/redirects/redirects.ts';

/** What every page of the desk is made with. */
export interface DeskDeps {
  readonly parts: OpsParts;
  readonly keys: ApiKeysDeps;
  readonly members: MembersDeps;
  /** Null where nothing is asked of carriers. */
  readonly polling: Polling | null;
  /** What carriers offer beside tracking; absent or null where nothing is asked of them. */
  readonly extras?: CarrierExtras | null | undefined;
  readonly redirects: Redirects;
  /** Where postal codes are; absent: no list of them is set. */
  readonly postalCodes?: PostalCodes | undefined;
  /** Whose streets maps show; null: nobody's. */
  readonly streets: MapAssets | null;
  /** What recipients are told, in each language. */
  readonly languages: ReadonlyMap<string, SpokenLanguage>;
  /** What moved dates, in words. */
  readonly predictionTexts: PredictionWords;
  /** With carriers. */
  readonly accounts: Accounts;
  /** Absent: credentials are stored without asking the carrier. */
  readonly credentialCheck?: CredentialCheck;
  /** Tells of parcels as they change; absent: pages stay as they are. */
  readonly liveParcels?:
    | { readonly fanOut: Pick<FanOut, 'watch'>; readonly timers: Timers }
    | undefined;
  /** Calls back before the server is closed, which open streams would hold. */
  readonly onStop?: ((end: () => void) => void) | undefined;
  readonly channels: Pick<OpenedChannels, 'accounts'>;
  readonly checkUrl: Egress['checkUrl'];
  readonly notifications: Pick<
    Notifications,
    'list' | 'personalLink' | 'rules' | 'write' | 'writtenBy' | 'writtenAbout'
  >;
  readonly isLocal: IsLocal;
  /** What is left undone while there is too much to do; absent: nothing. */
  readonly load?: Sheds | undefined;
  readonly assets: ConsoleAssets;
  /** Whether cookies may travel over TLS only. */
  readonly isSecure: (request: IncomingMessage) => boolean;
  /** Tries to sign in, by address. */
  readonly attempts: RateLimiter;
  /** The same, by the account that is tried, from wherever. */
  readonly tries: RateLimiter;
  /** Links to sign in that were asked for, by address. */
  readonly links: RateLimiter;
  /** Of inviting, by merchant. */
  readonly invitations: RateLimiter;
  /** Where members have accounts that they sign in with. */
  readonly providers: ProviderSettings;
  /** Codes that were tried in sessions of a merchant's provider, by member. */
  readonly codesByProvider: RateLimiter;
  readonly slots: FormSlots;
  /** Asks members' identity providers. */
  readonly openId: OpenId;
  /** Mail to members. */
  readonly mailer: MemberMailer;
}

/** Somebody who is signed in, on a page of theirs. */
export interface DeskVisitor extends MemberSession {
  readonly csrf: string;
  /** Where else they are a member; empty for a key. */
  readonly memberships: readonly Membership[];
}

export interface DeskCall {
  readonly visitor: DeskVisitor;
  readonly tenant: Tenant;
  readonly may: (power: MemberPower) => boolean;
  readonly param: (name: string) => string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly context: RequestContext;
}

export interface DeskStreamCall extends DeskCall {
  readonly response: ServerResponse;
}

export interface DeskFormCall extends DeskCall {
  readonly form: URLSearchParams;
  /** Of forms that have one. */
  readonly file: Uint8Array | null;
  /** Writes into the audit what was done to what. */
  readonly note: (subject: string | null) => Promise<void>;
}
