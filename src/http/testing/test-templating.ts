import { readFileSync } from 'node:fs';
import { LANGUAGES, type Language } from '../../kernel/language.ts';
import { createBrandings } from '../../merchants/index.ts';
import { compileMessages, describe, type Messages } from '../../normalization/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { PROJECT_ROOT } from '../../platform/settings/defaults.ts';
import { createOwnWords, createTemplates } from '../../reactions/notifications/index.ts';
import type { Templating } from '../resources/notification-templates/templating.ts';

/** Templates as the hub composes them, from the shipped files; messages name no place. */
export function testTemplating(db: Database, clock: Clock): Templating {
  const brandings = createBrandings({ db, clock });
  const ownWords = createOwnWords({ db, clock });
  const texts = new Map<Language, Messages>();
  for (const language of LANGUAGES) {
    const file = `${PROJECT_ROOT}config/messages/${language}.yaml`;
    const read = compileMessages(readFileSync(file, 'utf8'), file);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    texts.set(language, read.messages);
  }
  const templates = createTemplates({
    folder: `${PROJECT_ROOT}config/templates`,
    brandings,
    ownWords,
    describe: (language) => (reading) => describe(texts.get(language) as Messages, reading),
    carrierName: (carrier) => carrier,
    clock,
  });
  return { brandings, ownWords, templates };
}
