import { readFileSync } from 'node:fs';
import { createBrandings } from '../../merchants/index.ts';
import { compileMessages, describe, type Messages } from '../../normalization/index.ts';
import { cachedResult, openResultCache } from '../../platform/cached-results.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { LANGUAGES, type Language } from '../../platform/messages/languages.ts';
import { PROJECT_ROOT } from '../../platform/settings/defaults.ts';
import { createOwnWords, createTemplates } from '../../reactions/notifications/index.ts';
import type { Templating } from '../api/notification-templates/templating.ts';

/** The texts for customers, from the product's own file; read once per run. */
export function testMessages(language: Language): Messages {
  const file = `${PROJECT_ROOT}config/messages/${language}.yaml`;
  const text = readFileSync(file, 'utf8');
  const read = cachedResult(
    openResultCache(),
    ['messages', text],
    () => compileMessages(text, file),
    ({ ok }) => ok,
  );
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.messages;
}

/** Templates as the hub composes them, from the shipped files; messages name no place. */
export function testTemplating(db: Database, clock: Clock): Templating {
  const brandings = createBrandings({ db, clock });
  const ownWords = createOwnWords({ db, clock });
  const texts = new Map<Language, Messages>();
  for (const language of LANGUAGES) {
    texts.set(language, testMessages(language));
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
