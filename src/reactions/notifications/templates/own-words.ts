import { z } from 'zod';
import { definedOnly } from '../../../kernel/defined-only.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { issueText } from '../../../kernel/wire/explain-issues.ts';
import type { Clock } from '../../../platform/clock.ts';
import { type Database, withTenant } from '../../../platform/database/database.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import { TEMPLATES, type TemplateName } from '../contract.ts';
import { deleteOwnWords, type OwnWordsRow, ownWordsRows, upsertOwnWords } from './own-words.sql.ts';
import { compileText, type KnownVariables, TextFault } from './text-template.ts';
import { WITH_ADDRESSES, WITHOUT_ADDRESSES } from './variable-names.ts';
import {
  LINE_CHARS_MAX,
  PARAGRAPH_CHARS_MAX,
  PARAGRAPHS_MAX,
  SMS_CHARS_MAX,
  SMS_VARIANTS_MAX,
  type TemplateWords,
} from './words.ts';

/** A schema for a merchant's own text, which must be a valid template. */
function written(charsMax: number, known: KnownVariables) {
  return z
    .string()
    .trim()
    .min(1)
    .max(charsMax)
    .superRefine((text, context) => {
      if (/\p{Cc}/u.test(text)) {
        const params = { reason: issueText('values.containsControlCharacter') };
        context.addIssue({
          code: 'custom',
          message: issueText('notifications.removeControlCharacter'),
          params,
          input: text,
        });
        return;
      }
      try {
        compileText(text, known);
      } catch (fault) {
        if (!(fault instanceof TextFault)) throw fault;
        const reason = issueText({
          'notifications.errorAtCharacter': { at: fault.at + 1, message: { text: fault.found } },
        });
        context.addIssue({
          code: 'custom',
          message: issueText(fault.fix),
          params: { reason },
          input: text,
        });
      }
    });
}

const line = written(LINE_CHARS_MAX, WITHOUT_ADDRESSES);

/**
 * The schema of a merchant's own texts for one template in one language. Absent members stay as
 * shipped.
 */
export const ownWordsDocument = z
  .strictObject({
    subject: line.optional().describe("The email's subject."),
    heading: line.optional().describe("The email's headline, and the title of a push message."),
    text: z
      .array(written(PARAGRAPH_CHARS_MAX, WITHOUT_ADDRESSES))
      .min(1)
      .max(PARAGRAPHS_MAX)
      .optional()
      .describe("The email's paragraphs."),
    action: line.optional().describe("The button's label, if the recipient can act."),
    sms: z
      .array(written(SMS_CHARS_MAX, WITH_ADDRESSES))
      .min(1)
      .max(SMS_VARIANTS_MAX)
      .optional()
      .describe('From long to short: the first of those that take the fewest SMS is sent.'),
    push: line.optional().describe('A summary, shown in push messages and in lists of emails.'),
  })
  .refine((document) => Object.keys(document).length > 0, {
    error: issueText('notifications.setMemberOrDelete'),
    params: { reason: issueText('notifications.noCustomText') },
  });
export type OwnWordsDocument = z.infer<typeof ownWordsDocument>;

export interface StoredOwnWords {
  readonly template: TemplateName;
  readonly language: Language;
  readonly document: OwnWordsDocument;
  readonly generation: number;
  readonly updatedAtMs: number;
}

type Place = Pick<StoredOwnWords, 'template' | 'language'>;

/** Reads and changes merchants' own texts. */
export interface OwnWords {
  /**
   * Returns the texts for writing messages, cached for some seconds: those of the tenant's mode,
   * and in test mode those of live mode if there are none. Null: the shipped ones.
   */
  of(tenant: Tenant, place: Place): Promise<Partial<TemplateWords> | null>;
  /** Lists the texts of exactly that mode, without the cache. */
  list(tenant: Tenant): Promise<readonly StoredOwnWords[]>;
  /** Stores texts. Null: the stored generation is not the expected one (null: any). */
  store(
    tenant: Tenant,
    place: Place,
    document: OwnWordsDocument,
    expectedGeneration: number | null,
  ): Promise<StoredOwnWords | null>;
  remove(tenant: Tenant, place: Place, expectedGeneration: number | null): Promise<boolean>;
}

/** How long texts are cached; other processes see a change this late. */
const CACHE_MS = 5_000;
const CACHED_MAX = 1_000;

export function createOwnWords(deps: {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly clock: Clock;
}): OwnWords {
  const { db, clock } = deps;
  const cached = new Map<string, { atMs: number; found: Promise<readonly StoredOwnWords[]> }>();

  const list = async (tenant: Tenant): Promise<readonly StoredOwnWords[]> => {
    const rows = await ownWordsRows(db.pipeline, tenant);
    return rows.map(toStored).filter((stored) => stored !== null);
  };
  const cachedList = (tenant: Tenant): Promise<readonly StoredOwnWords[]> => {
    const key = `${tenant.mode} ${tenant.merchantId}`;
    const nowMs = clock.nowMs();
    const known = cached.get(key);
    if (known !== undefined && nowMs - known.atMs < CACHE_MS) return known.found;
    const found = list(tenant);
    cached.delete(key);
    cached.set(key, { atMs: nowMs, found });
    const [oldest] = cached.keys();
    if (cached.size > CACHED_MAX && oldest !== undefined) cached.delete(oldest);
    found.catch(() => {
      if (cached.get(key)?.found === found) cached.delete(key);
    });
    return found;
  };
  const forget = ({ merchantId }: Tenant) => {
    for (const mode of ['test', 'live']) cached.delete(`${mode} ${merchantId}`);
  };

  return {
    async of(tenant, place) {
      const is = (each: StoredOwnWords) =>
        each.template === place.template && each.language === place.language;
      const own = (await cachedList(tenant)).find(is);
      if (own !== undefined || tenant.mode === 'live') return own ? compiled(own.document) : null;
      const live = (await cachedList({ ...tenant, mode: 'live' })).find(is);
      return live === undefined ? null : compiled(live.document);
    },
    list,
    async store(tenant, place, document, expectedGeneration) {
      const row = await withTenant(db.app, tenant, (tx) =>
        upsertOwnWords(tx, tenant, { ...place, document }, expectedGeneration, clock.nowMs()),
      );
      forget(tenant);
      return row && toStored(row);
    },
    async remove(tenant, place, expectedGeneration) {
      const removed = await withTenant(db.app, tenant, (tx) =>
        deleteOwnWords(tx, tenant, place, expectedGeneration),
      );
      forget(tenant);
      return removed;
    },
  };
}

/**
 * Reads a stored row; null if this version would not accept it: then the shipped texts are used,
 * which is better than no message.
 */
function toStored(row: OwnWordsRow): StoredOwnWords | null {
  const template = TEMPLATES.find((each) => each === row.template);
  const language = LANGUAGES.find((each) => each === row.language);
  const read = ownWordsDocument.safeParse(row.document);
  if (template === undefined || language === undefined || !read.success) return null;
  return { ...row, template, language, document: read.data };
}

/** Compiles a checked document to templates; members that it lacks are absent. */
export function compiled(document: OwnWordsDocument): Partial<TemplateWords> {
  const { subject, heading, text, action, sms, push } = document;
  const all = (sources?: readonly string[], names = WITHOUT_ADDRESSES) =>
    sources?.map((source) => compileText(source, names));
  const one = (source?: string) =>
    source === undefined ? undefined : compileText(source, WITHOUT_ADDRESSES);
  return definedOnly({
    subject: one(subject),
    heading: one(heading),
    text: all(text),
    action: one(action),
    sms: all(sms, WITH_ADDRESSES),
    push: one(push),
  });
}
