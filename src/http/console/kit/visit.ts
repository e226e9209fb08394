import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Accounts } from '../../../intake/index.ts';
import type { PostalCodes } from '../../../kernel/places/postal-codes.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type {
  ApiKeysDeps,
  MemberPower,
  MemberSession,
  MembersDeps,
  Membership,
  OpenId,
  ProviderSettings,
} from '../../../merchants/index.ts';
import type { Sheds } from '../../../platform/load/watch-load.ts';
import type { Egress } from '../../../platform/net/egress.ts';
import type { Timers } from '../../../platform/work/timers.ts';
import type { CarrierExtras } from '../../../poller/index.ts';
import type { FanOut } from '../../../reactions/live/index.ts';
import type {
  MemberMailer,
  Notifications,
  OpenedChannels,
} from '../../../reactions/notifications/index.ts';
import type { Shops } from '../../../shops/index.ts';
import type { ProofDeps } from '../../../tracking/ports/proofs.ts';
import type { CredentialCheck } from '../../api/carrier-accounts/credential-check.ts';
import type { IsLocal } from '../../api/ops/loopback.ts';
import type { OpsParts } from '../../api/ops/ops-parts.ts';
import type { Polling } from '../../api/pulling/routes.ts';
import type { Redirects } from '../../api/redirects/redirects.ts';
import type { Moves } from '../../compat/move/moves.ts';
import type { FormSlots } from '../../kit/bodies/form-slots.ts';
import type { RateLimiter } from '../../kit/rate-limit.ts';
import type { RequestContext } from '../../kit/route.ts';
import type { ConsoleAssets } from './assets.ts';
import type { DeskGroup } from './navigation.ts';

/** Dependencies of every page of the desk. */
export interface DeskDeps {
  readonly navigation: readonly DeskGroup[];
  readonly parts: OpsParts;
  readonly keys: ApiKeysDeps;
  readonly members: MembersDeps;
  /** Null when this hub polls no carriers. */
  readonly polling: Polling | null;
  /** Carriers' services beside tracking; absent or null when this hub calls no carriers. */
  readonly extras?: CarrierExtras | null | undefined;
  readonly redirects: Redirects;
  /** Coordinates of postal codes; absent: no list is configured. */
  readonly postalCodes?: PostalCodes | undefined;
  /** Moves from other services. */
  readonly moves: Moves;
  /** Merchants' shops; absent: there are none. */
  readonly shops?: Shops | undefined;
  /** Accounts with carriers. */
  readonly accounts: Accounts;
  /** Absent: credentials are stored unchecked. */
  readonly credentialCheck?: CredentialCheck;
  /** Announces changes of parcels; absent: pages are not updated live. */
  readonly liveParcels?:
    | { readonly fanOut: Pick<FanOut, 'watch'>; readonly timers: Timers }
    | undefined;
  /** Calls back before the server is closed, to end the streams that keep it open. */
  readonly onStop?: ((end: () => void) => void) | undefined;
  readonly channels: Pick<OpenedChannels, 'accounts' | 'mailFrom'>;
  readonly checkUrl: Egress['checkUrl'];
  readonly notifications: Pick<
    Notifications,
    'list' | 'personalLink' | 'reach' | 'rules' | 'write' | 'writtenAbout'
  >;
  readonly isLocal: IsLocal;
  /** Where uploaded pictures are stored, and what encodes them again. */
  readonly proving: Pick<ProofDeps, 'blobs' | 'images'>;
  /** Work refused under load; absent: none. */
  readonly load?: Sheds | undefined;
  readonly assets: ConsoleAssets;
  /** Whether cookies are restricted to TLS. */
  readonly isSecure: (request: IncomingMessage) => boolean;
  /** Limits sign-in attempts, by client address. */
  readonly attempts: RateLimiter;
  /** Limits sign-in attempts by account, from all client addresses. */
  readonly tries: RateLimiter;
  /** Limits requests for sign-in links, by client address. */
  readonly links: RateLimiter;
  /** Limits invitations, by merchant. */
  readonly invitations: RateLimiter;
  /** Setup of members' identity providers. */
  readonly providers: ProviderSettings;
  /** Limits codes tried in sessions of a merchant's provider, by member. */
  readonly codesByProvider: RateLimiter;
  readonly slots: FormSlots;
  /** Client for members' identity providers. */
  readonly openId: OpenId;
  /** Mail to members. */
  readonly mailer: MemberMailer;
}

/** A signed-in user on a page. */
export interface DeskVisitor extends MemberSession {
  readonly navigation: readonly DeskGroup[];
  readonly csrf: string;
  /** The merchants that they may look at. */
  readonly memberships: readonly Membership[];
  /** How many cases wait for their merchant, up to some number; absent: not counted. */
  readonly casesForUs?: number;
  /** Whether they look at the demo while it is being filled; absent: not known. */
  readonly isDemoBeingFilled?: boolean;
  /** Whether they look at a page of settings in the demo, where none can be changed. */
  readonly isReadOnly?: boolean;
  /** What was looked at before the demo; absent: not known. */
  readonly beforeDemo?: Tenant | null;
  /** What was looked at before this page, which is of another merchant; absent: the same. */
  readonly cameFrom?: Pick<MemberSession, 'tenant' | 'merchant'>;
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

/** What every page gets. */
export interface DeskPageProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
}

export interface DeskStreamCall extends DeskCall {
  readonly response: ServerResponse;
}

export interface DeskFormCall extends DeskCall {
  readonly form: URLSearchParams;
  /** The uploaded file, if the form has one. */
  readonly file: Uint8Array | null;
  /** Records the action and its subject in the audit log. */
  readonly note: (subject: string | null) => Promise<void>;
}
