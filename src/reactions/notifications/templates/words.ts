import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { openResultCache } from '../../../platform/cached-results.ts';
import { localeOf } from '../../../platform/messages/catalogue.ts';
import { englishIssue, errorText } from '../../../platform/messages/error-text.ts';
import {
  FALLBACK,
  LANGUAGES,
  type Language,
  MESSAGES_FOLDER,
} from '../../../platform/messages/languages.ts';
import { parseYaml } from '../../../platform/settings/yaml-settings.ts';
import { TEMPLATES, type TemplateName } from '../contract.ts';
import { caseFrame } from './case-words.ts';
import { compileText, type KnownVariables, TextFault, type TextTemplate } from './text-template.ts';
import { WITH_ADDRESSES, WITHOUT_ADDRESSES } from './variable-names.ts';

/** The texts of one language: those of every template, and the frame around them. */
export interface Words {
  readonly language: Language;
  /** The locale for dates, used if the recipient's own locale is of another language. */
  readonly locale: string;
  readonly frame: Frame;
  readonly staff: StaffWords;
  readonly templates: Readonly<Record<TemplateName, TemplateWords>>;
  /** The same texts as they are written in the file. */
  readonly written: Readonly<Record<TemplateName, WrittenTemplate>>;
}

/** The texts of one template. A merchant may replace each member but `staff`. */
export interface TemplateWords {
  /** The topic, for the merchant's own people. */
  readonly staff: string;
  readonly subject: TextTemplate;
  readonly heading: TextTemplate;
  /** The paragraphs; an empty one is left out. */
  readonly text: readonly TextTemplate[];
  /** The label of the button by which the recipient can act; null: the frame's label. */
  readonly action: TextTemplate | null;
  /**
   * Variants from the longest to the shortest; the first of those that need the fewest SMS is sent.
   */
  readonly sms: readonly TextTemplate[];
  readonly push: TextTemplate;
}

/** The texts for the merchant's own people, for all topics; `{title}` is the template's `staff`. */
interface StaffWords {
  readonly subject: TextTemplate;
  readonly text: TextTemplate;
  readonly sms: TextTemplate;
}

/** Limits of the texts, by their kind. */
export const LINE_CHARS_MAX = 200;
export const PARAGRAPH_CHARS_MAX = 1_000;
export const PARAGRAPHS_MAX = 10;
export const SMS_VARIANTS_MAX = 4;
export const SMS_CHARS_MAX = 480;

const line = z.string().trim().min(1).max(LINE_CHARS_MAX);
const filled = (...places: string[]) =>
  line.refine((text) => places.every((place) => text.includes(`{${place}}`)), {
    error: `must contain ${places.map((place) => `{${place}}`).join(', ')}`,
  });

const frame = z.strictObject({
  greeting: line,
  track: line,
  action: line,
  progress: filled('step', 'steps'),
  questions: line,
  /** Texts about a parcel that is handed over only for the PIN. */
  pin: z.strictObject({ text: line, sms: filled('pin'), why: line }),
  /** The text after a code of digits, which is entered on the page that requested it. */
  code: z.strictObject({ sms: z.array(line).min(1).max(SMS_VARIANTS_MAX) }),
  /** The text after every SMS to subscribers. */
  stop: filled('unsubscribe_url'),
  why: z.strictObject({ recipient: line, subscribers: line, merchant: line }),
  unsubscribe: line,
  never_ask: line,
  preferences: line,
  facts: z.strictObject({
    reason: line,
    estimate: line,
    previous_estimate: line,
    location: line,
    /** The names of facts about the place and the hours of pickup. */
    pickup: line,
    pickup_hours: line,
    occurred: line,
    carrier: line,
    tracking_number: line,
    order: line,
    items: line,
    pin: line,
    /** The names of facts about a case, in tickets. */
    attempts: line,
    deadline: line,
    case: line,
  }),
  estimate: z.strictObject({
    day: filled('day'),
    between: filled('day', 'from', 'to'),
    by: filled('day', 'to'),
    after: filled('day', 'from'),
    range: filled('day', 'to'),
  }),
  moment: filled('day', 'time'),
  cases: caseFrame,
  round_the_clock: line,
});

/**
 * The texts of the frame. `greeting`, `code` and `why` are templates; all others are plain texts.
 */
export type Frame = Omit<z.infer<typeof frame>, 'greeting' | 'code' | 'why'> & {
  readonly greeting: TextTemplate;
  readonly code: { readonly sms: readonly TextTemplate[] };
  readonly why: Readonly<Record<'recipient' | 'subscribers' | 'merchant', TextTemplate>>;
};
export type FactName = keyof Frame['facts'];

const templateDocument = z.strictObject({
  staff: line,
  subject: line,
  heading: line,
  text: z.array(z.string().trim().min(1).max(PARAGRAPH_CHARS_MAX)).min(1).max(PARAGRAPHS_MAX),
  action: line.optional(),
  sms: z.array(z.string().trim().min(1).max(SMS_CHARS_MAX)).min(1).max(SMS_VARIANTS_MAX),
  push: line,
});

const wordsDocument = z.strictObject({
  frame,
  staff: z.strictObject({ subject: line, text: line, sms: line }),
  templates: z.record(z.enum(TEMPLATES), templateDocument),
});

interface WordsFault {
  readonly file: string;
  readonly line: number;
  readonly found: string;
  readonly fix: string;
}

/** The errors in a file of texts, by line. */
export class WordsError extends Error {
  override readonly name = 'WordsError';
  readonly faults: readonly WordsFault[];
  constructor(faults: readonly WordsFault[]) {
    super(faults.map((f) => `${f.file}:${f.line}: ${f.found}. ${f.fix}`).join('\n'));
    this.faults = faults;
  }
}

/**
 * Reads the texts of every language's `templates.yaml`. They are compiled on first use; texts that
 * no earlier start has found right, at once. Throws `WordsError`.
 */
export function readAllWords(): (language: Language) => Words {
  const fileOf = (language: Language) => join(MESSAGES_FOLDER, language, 'templates.yaml');
  const sources = new Map(
    LANGUAGES.filter((language) => language === FALLBACK || existsSync(fileOf(language))).map(
      (language) => [language, readFileSync(fileOf(language), 'utf8')],
    ),
  );
  const compiled = new Map<Language, Words>();
  const wordsOf = (language: Language): Words => {
    const known = compiled.get(language);
    if (known !== undefined) return known;
    const source = sources.get(language) ?? '{}';
    const english = language === FALLBACK ? {} : parseYaml(sources.get(FALLBACK) ?? '{}');
    const words = compileWords(source, fileOf(language), language, english);
    compiled.set(language, words);
    return words;
  };
  const cache = openResultCache();
  const key = ['words are right', JSON.stringify([...sources])];
  if (cache.read(key) !== true) {
    for (const language of LANGUAGES) wordsOf(language);
    cache.store(key, true);
  }
  return wordsOf;
}

/**
 * Checks and compiles a language's `templates.yaml` as a whole: every template is there, each text
 * contains known variables only, and values that may be missing are within brackets. Throws
 * `WordsError`.
 *
 * @param english the English texts, which replace every member that the file lacks.
 */
export function compileWords(
  source: string,
  file: string,
  language: Language,
  english: unknown = {},
): Words {
  // Lines are only needed for errors, and reading the text with all lines takes much longer.
  let lines: LineOf | null = null;
  const lineOf: LineOf = (path) => {
    lines ??= linesOf(source, file);
    return lines(path);
  };
  const read = wordsDocument.safeParse(filledUp(documentValue(source, file), english));
  if (!read.success) {
    throw new WordsError(
      read.error.issues.map(({ path, message }) => ({
        file,
        line: lineOf(path),
        found: path.join('.') || 'the file',
        fix: `It ${englishIssue(message).replace(/^./, (first) => first.toLowerCase())}.`,
      })),
    );
  }
  const faults: WordsFault[] = [];
  const compile = (path: readonly PropertyKey[], text: string, known: KnownVariables) => {
    try {
      return compileText(text, known);
    } catch (fault) {
      if (!(fault instanceof TextFault)) throw fault;
      const found = `${path.join('.')} has ${errorText(fault.found)}`;
      faults.push({ file, line: lineOf(path), found, fix: errorText(fault.fix) });
      return [];
    }
  };
  const words = compileDocument(read.data, language, compile);
  if (faults.length > 0) throw new WordsError(faults.sort((a, b) => a.line - b.line));
  return words;
}

type Compile = (path: readonly PropertyKey[], text: string, known: KnownVariables) => TextTemplate;

function compileDocument(
  document: z.infer<typeof wordsDocument>,
  language: Language,
  compile: Compile,
): Words {
  const { frame: sent, staff } = document;
  const why = (audience: 'recipient' | 'subscribers' | 'merchant') =>
    compile(['frame', 'why', audience], sent.why[audience], WITHOUT_ADDRESSES);
  const titled = (known: KnownVariables): KnownVariables => ({
    names: new Set([...known.names, 'title']),
    always: new Set([...known.always, 'title']),
  });
  const templates = TEMPLATES.map((name) => {
    const words = document.templates[name];
    const path = ['templates', name];
    const compiled = compileTemplate(words, (member, text, known) =>
      compile([...path, ...member], text, known),
    );
    return [name, { staff: words.staff, ...compiled }] as const;
  });
  return {
    language,
    locale: localeOf(language),
    frame: {
      ...sent,
      greeting: compile(['frame', 'greeting'], sent.greeting, WITHOUT_ADDRESSES),
      code: {
        sms: sent.code.sms.map((each, index) =>
          compile(['frame', 'code', 'sms', index], each, WITH_ADDRESSES),
        ),
      },
      why: {
        recipient: why('recipient'),
        subscribers: why('subscribers'),
        merchant: why('merchant'),
      },
    },
    staff: {
      subject: compile(['staff', 'subject'], staff.subject, titled(WITHOUT_ADDRESSES)),
      text: compile(['staff', 'text'], staff.text, titled(WITHOUT_ADDRESSES)),
      sms: compile(['staff', 'sms'], staff.sms, titled(WITH_ADDRESSES)),
    },
    templates: Object.fromEntries(templates) as Record<TemplateName, TemplateWords>,
    written: document.templates,
  };
}

/** The texts of a template that a merchant may write, too. */
export interface WrittenTemplate {
  readonly subject: string;
  readonly heading: string;
  readonly text: readonly string[];
  readonly action?: string | undefined;
  readonly sms: readonly string[];
  readonly push: string;
}

/**
 * Compiles the texts of a template. `compile` gets the name of each text's member for its errors.
 */
function compileTemplate(
  written: WrittenTemplate,
  compile: (member: readonly PropertyKey[], text: string, known: KnownVariables) => TextTemplate,
): Omit<TemplateWords, 'staff'> {
  const { subject, heading, text, action, sms, push } = written;
  return {
    subject: compile(['subject'], subject, WITHOUT_ADDRESSES),
    heading: compile(['heading'], heading, WITHOUT_ADDRESSES),
    text: text.map((each, index) => compile(['text', index], each, WITHOUT_ADDRESSES)),
    action: action === undefined ? null : compile(['action'], action, WITHOUT_ADDRESSES),
    sms: sms.map((each, index) => compile(['sms', index], each, WITH_ADDRESSES)),
    push: compile(['push'], push, WITHOUT_ADDRESSES),
  };
}

/** The members of `own`, and those of `english` that it lacks. */
function filledUp(own: unknown, english: unknown): unknown {
  if (own === undefined) return english;
  if (!isMembers(own) || !isMembers(english)) return own;
  const names = new Set([...Object.keys(english), ...Object.keys(own)]);
  return Object.fromEntries([...names].map((name) => [name, filledUp(own[name], english[name])]));
}

const isMembers = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type LineOf = (path: readonly PropertyKey[]) => number;

function documentValue(source: string, file: string): unknown {
  try {
    return parseYaml(source);
  } catch (error) {
    linesOf(source, file);
    throw error;
  }
}

/**
 * Returns a function from a member to its line. Throws `WordsError` when the text is no valid YAML.
 */
function linesOf(source: string, file: string): LineOf {
  const counter = new LineCounter();
  const document = parseDocument(source, { lineCounter: counter, uniqueKeys: true });
  const lineAt = (offset: number | undefined) => counter.linePos(offset ?? 0).line;
  const broken = document.errors.map(({ message, pos }) => ({
    file,
    line: lineAt(pos[0]),
    found: message.split('\n', 1)[0] ?? message,
    fix: 'Write it as YAML.',
  }));
  if (broken.length > 0) throw new WordsError(broken);
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      if (typeof node === 'object' && node !== null && 'range' in node) {
        return lineAt((node.range as readonly number[] | null)?.[0]);
      }
    }
    return 1;
  };
}
