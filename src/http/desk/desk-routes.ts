import { Problem } from '../../kernel/errors.ts';
import { createMemberMailer, type OpenedChannels } from '../../reactions/notifications/index.ts';
import { loadConsoleAssets } from '../console/assets.ts';
import { formSlots } from '../kit/bodies/form-slots.ts';
import { createRateLimiter } from '../kit/rate-limit.ts';
import type { Route } from '../kit/route.ts';
import { analyticsRoutes } from './analytics/routes.ts';
import { deskRoute } from './desk-route.ts';
import { entryRoutes } from './entry/routes.ts';
import { loadMailTexts } from './mails/mail-texts.ts';
import { ownFactorRoutes } from './second-factor/own-routes.tsx';
import { stepRoutes } from './second-factor/step-routes.ts';
import { settingsRoutes } from './settings/routes.ts';
import { setupRoutes } from './setup/routes.ts';
import { deskShipmentRoutes } from './shipments/routes.ts';
import type { DeskDeps } from './visit.ts';

/** A person mistypes a password a few times; who tries more is guessing. */
const ATTEMPTS = { burst: 20, perS: 0.2 };
/** From all over the world together: a thousand guesses at one password take eight hours. */
const TRIES = { burst: 10, perS: 1 / 30 };

/** A link is mailed each time: nobody's mail is to be filled by others. */
const LINKS = { burst: 5, perS: 1 / 300 };

/** By merchant: whoever is invited gets mail from the installation's own address. */
const INVITATIONS = { burst: 20, perS: 1 / 60 };

type Made =
  | 'assets'
  | 'attempts'
  | 'tries'
  | 'links'
  | 'invitations'
  | 'slots'
  | 'mailer'
  | 'mailTexts';

export interface DeskParts extends Omit<DeskDeps, Made> {
  readonly channels: Pick<OpenedChannels, 'accounts' | 'channelsOf'>;
  /** config/messages */
  readonly messagesFolder: string;
}

/** The desk, where people of merchants work. */
export function deskRoutes(parts: DeskParts): readonly Route[] {
  const { clock } = parts.parts;
  const deps: DeskDeps = {
    ...parts,
    assets: loadConsoleAssets('/console/assets'),
    attempts: createRateLimiter({ ...ATTEMPTS, clock }),
    tries: createRateLimiter({ ...TRIES, clock }),
    links: createRateLimiter({ ...LINKS, clock }),
    invitations: createRateLimiter({ ...INVITATIONS, clock }),
    slots: formSlots(),
    mailer: createMemberMailer(parts.channels.channelsOf),
    mailTexts: loadMailTexts(parts.messagesFolder),
  };
  return [
    ...entryRoutes(deps),
    ...stepRoutes(deps),
    ...ownFactorRoutes(deps),
    ...deskShipmentRoutes(deps),
    ...analyticsRoutes(deps),
    ...settingsRoutes(deps),
    ...setupRoutes(deps),
    assetRoute(deps),
  ];
}

function assetRoute(deps: DeskDeps): Route {
  return deskRoute(deps, 'getDeskAsset', async (_request, response, { params }) => {
    const file = deps.assets.files.get(params['file'] ?? '');
    if (file === undefined) throw new Problem('not_found', 'There is no such file.');
    response.setHeader('content-type', file.contentType);
    response.setHeader('content-length', file.body.length);
    response.setHeader('cache-control', 'public, max-age=31536000, immutable');
    response.writeHead(200).end(file.body);
  });
}
