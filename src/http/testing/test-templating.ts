import { createBrandings } from '../../merchants/index.ts';
import { describe } from '../../normalization/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { messagesIn } from '../../platform/messages/catalogue.ts';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import { createOwnWords, createTemplates } from '../../reactions/notifications/index.ts';
import type { Templating } from '../api/notification-templates/routes.ts';

/** Templates as the hub composes them, from the shipped files; messages name no place. */
export function testTemplating(db: Database, clock: Clock): Templating {
  const brandings = createBrandings({ db, clock });
  const ownWords = createOwnWords({ db, clock });
  const templates = createTemplates({
    folder: `${PROJECT_ROOT}config/templates`,
    brandings,
    ownWords,
    describe: (language) => (reading) => describe(messagesIn(language).status, reading),
    carrierName: (carrier) => carrier,
    clock,
  });
  return { brandings, ownWords, templates };
}
