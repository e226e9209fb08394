import { Problem } from '../../kernel/errors.ts';
import { createMemberMailer, type OpenedChannels } from '../../reactions/notifications/index.ts';
import type { FleetPort } from '../fleet-port.ts';
import { formSlots } from '../kit/bodies/form-slots.ts';
import { sendFile } from '../kit/compressed.ts';
import { createRateLimiter } from '../kit/rate-limit.ts';
import type { Route } from '../kit/route.ts';
import type { MapAssets } from '../maps/map-assets.ts';
import { analyticsRoutes } from './analytics/routes.ts';
import { demoRoutes } from './demo/routes.tsx';
import { entryRoutes } from './entry/routes.ts';
import { exceptionRoutes } from './exceptions/routes.ts';
import { homeRoute } from './home/routes.ts';
import { hubRoutes } from './hub/routes.ts';
import { loadConsoleAssets } from './kit/assets.ts';
import { deskRoute } from './kit/desk-route.ts';
import { deskGroups } from './kit/navigation.ts';
import { paletteRoute } from './kit/palette.tsx';
import type { DeskDeps } from './kit/visit.ts';
import { messageRoutes } from './messages/routes.ts';
import { programRoutes } from './programs/routes.ts';
import { redirectingRoutes } from './redirecting/routes.ts';
import { ownFactorRoutes } from './second-factor/own-routes.tsx';
import { stepRoutes } from './second-factor/step-routes.ts';
import { activityRoutes } from './settings/activity.tsx';
import { brandingRoutes } from './settings/branding.tsx';
import { carrierRoutes } from './settings/carriers.tsx';
import { keyRoutes } from './settings/keys.tsx';
import { memberRoutes } from './settings/members.tsx';
import { moveRoutes } from './settings/move.tsx';
import { retentionRoutes, securityRoutes } from './settings/security.tsx';
import { senderRoutes } from './settings/sender.tsx';
import { setupRoutes } from './setup/routes.ts';
import { deskShipmentRoutes } from './shipments/routes.ts';
import { shopRoutes } from './shops/routes.ts';
import { beginSignOnRoutes } from './single-sign-on/begin-routes.tsx';
import { endSignOnRoute } from './single-sign-on/end-routes.ts';
import { connectionRoutes } from './single-sign-on/own-routes.tsx';
import { providerRoutes } from './single-sign-on/settings.tsx';
import { webhookRoutes } from './webhooks/routes.ts';
import { writingRoutes } from './writing/routes.ts';

/** A person mistypes a password a few times; more attempts are guessing. */
const ATTEMPTS = { burst: 20, perS: 0.2 };
/** Limit per account over all addresses: a thousand guesses at one password take eight hours. */
const TRIES_OF_ACCOUNT = { burst: 10, perS: 1 / 30 };

/** Each link is mailed: nobody may fill somebody else's mailbox. */
const LINKS = { burst: 5, perS: 1 / 300 };

/** Per merchant: invitations are mailed from the installation's own address. */
const INVITATIONS = { burst: 20, perS: 1 / 60 };

/**
 * Per member: a merchant's provider can open sessions as any of its members, and wrong codes lock
 * the member's second step at all merchants. This allows fewer per hour than the lock needs.
 */
const CODES_BY_PROVIDER = { burst: 4, perS: 4 / 3_600 };

type CreatedHere =
  | 'navigation'
  | 'assets'
  | 'attempts'
  | 'tries'
  | 'links'
  | 'invitations'
  | 'codesByProvider'
  | 'slots'
  | 'mailer';

export interface DeskParts extends Omit<DeskDeps, CreatedHere> {
  readonly fleet?: FleetPort | null | undefined;
  readonly channels: Pick<OpenedChannels, 'accounts' | 'channelsOf' | 'mailFrom'>;
  readonly map: MapAssets;
}

/** The console, where members of merchants and operators work. */
export function deskRoutes({ fleet, ...parts }: DeskParts): readonly Route[] {
  const { clock } = parts.parts;
  const deps: DeskDeps = {
    ...parts,
    navigation: deskGroups(fleet?.navigation ?? []),
    assets: loadConsoleAssets(parts.map),
    attempts: createRateLimiter({ name: 'sign-ins', ...ATTEMPTS, clock }),
    tries: createRateLimiter({ name: 'passwords', ...TRIES_OF_ACCOUNT, clock }),
    links: createRateLimiter({ name: 'sign-in links', ...LINKS, clock }),
    invitations: createRateLimiter({ name: 'invitations', ...INVITATIONS, clock }),
    codesByProvider: createRateLimiter({ name: 'codes by provider', ...CODES_BY_PROVIDER, clock }),
    slots: formSlots(),
    mailer: createMemberMailer(parts.channels.channelsOf),
  };
  return [
    ...entryRoutes(deps),
    ...signOnRoutes(deps),
    ...stepRoutes(deps),
    ...ownFactorRoutes(deps),
    homeRoute(deps),
    paletteRoute(deps),
    ...deskShipmentRoutes(deps),
    ...writingRoutes(deps),
    ...(fleet?.deskRoutes(deps) ?? []),
    ...redirectingRoutes(deps),
    ...analyticsRoutes(deps),
    ...exceptionRoutes(deps),
    ...settingsRoutes(deps, { channelsOf: parts.channels.channelsOf, couriers: Boolean(fleet) }),
    ...setupRoutes(deps),
    ...demoRoutes(deps),
    ...programRoutes(deps),
    ...hubRoutes(deps),
    assetRoute(deps),
  ];
}

function assetRoute(deps: DeskDeps): Route {
  return deskRoute(deps, 'getDeskAsset', async (request, response, { params }) => {
    const file = deps.assets.files.get(params['file'] ?? '');
    if (file === undefined) throw new Problem('not_found', 'values.noSuchFile');
    const headers = {
      'content-type': file.contentType,
      'cache-control': 'public, max-age=31536000, immutable',
      // The previews of mails have an opaque origin, and use the font.
      'access-control-allow-origin': '*',
    };
    await sendFile(request, response, headers, await file.body());
  });
}

/**
 * Settings a merchant's members manage: carrier accounts, shops, branding, members and sign-in, keys,
 * webhooks.
 */
function settingsRoutes(
  deps: DeskDeps,
  sending: Parameters<typeof messageRoutes>[1],
): readonly Route[] {
  return [
    ...carrierRoutes(deps),
    ...shopRoutes(deps),
    ...senderRoutes(deps),
    ...brandingRoutes(deps),
    ...memberRoutes(deps),
    ...activityRoutes(deps),
    ...securityRoutes(deps),
    ...keyRoutes(deps),
    ...messageRoutes(deps, sending),
    ...webhookRoutes(deps),
    ...moveRoutes(deps),
    ...retentionRoutes(deps),
  ];
}

/** Sign-in with external accounts (OpenID Connect). */
function signOnRoutes(deps: DeskDeps): readonly Route[] {
  return [
    ...beginSignOnRoutes(deps),
    endSignOnRoute(deps),
    ...connectionRoutes(deps),
    ...providerRoutes(deps),
  ];
}
