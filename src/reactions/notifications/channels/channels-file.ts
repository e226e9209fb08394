import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { ErrorText } from '../../../kernel/errors.ts';
import { issuesToErrors, textOf } from '../../../kernel/wire/explain-issues.ts';
import { errorText, isVerbatim } from '../../../platform/messages/error-text.ts';
import { CHANNEL_KINDS, type ChannelKind } from '../contract.ts';
import type { ChannelPlugin, ChannelPlugins } from './plugin.ts';

/** The installation's channels, as `config/channels.yaml` defines them. */
export interface ChannelsFile {
  readonly channels: ReadonlyMap<ChannelKind, readonly ConfiguredChannel[]>;
}

interface ConfiguredChannel {
  readonly plugin: ChannelPlugin;
  /** The checked configuration, with its secrets from the environment. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly apiUrl: string | null;
}

interface ChannelsProblem {
  readonly line: number;
  /** The place of the problem in the file, such as `/email/0/password`. */
  readonly pointer: string;
  readonly reason: string;
  readonly fix: string;
}

type ChannelsRead =
  | { readonly ok: true; readonly file: ChannelsFile }
  | { readonly ok: false; readonly problems: readonly ChannelsProblem[] };

/**
 * The maximum number of channels per kind. Push has one for apps and one for browsers; no kind has
 * more.
 */
const CHANNELS_PER_KIND_MAX = 5;
const TEXT_CHARS_MAX = 200_000;
const REFERENCE = /^\$\{([A-Z][A-Z0-9_]{0,99})\}$/;
const ANY_REFERENCE = /\$\{([A-Z][A-Z0-9_]{0,99})\}/g;

/**
 * Reads the file's text, with secrets from the environment. Lists all problems, not only the first.
 */
export function readChannelsFile(
  text: string,
  plugins: ChannelPlugins,
  env: Readonly<Record<string, string | undefined>>,
): ChannelsRead {
  const lines = new LineCounter();
  const problems: ChannelsProblem[] = [];
  if (text.length > TEXT_CHARS_MAX) {
    return oneProblem(
      1,
      '',
      `it has more than ${TEXT_CHARS_MAX} characters`,
      'List channels only.',
    );
  }
  const document = parseDocument(text, { lineCounter: lines });
  for (const error of document.errors) {
    const { line } = lines.linePos(error.pos[0]);
    problems.push({
      line,
      pointer: '',
      reason: error.message.split('\n')[0] ?? '',
      fix: 'Correct the YAML syntax.',
    });
  }
  if (problems.length > 0) return { ok: false, problems };
  const locate = (path: readonly (string | number)[]): { line: number; pointer: string } => {
    const pointer = path.map((part) => `/${part}`).join('');
    for (let length = path.length; length > 0; length -= 1) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      const range = rangeOf(node);
      if (range !== null) return { line: lines.linePos(range).line, pointer };
    }
    return { line: 1, pointer };
  };
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 0 });
  } catch {
    return oneProblem(1, '', 'it uses an alias (*name)', 'Write out what it stands for.');
  }
  const channels = new Map<ChannelKind, readonly ConfiguredChannel[]>();
  if (content !== null && !isRecord(content)) {
    return oneProblem(
      1,
      '',
      'the file is not a map',
      'Write one channel kind per line, such as `email: [...]`.',
    );
  }
  for (const [kind, value] of Object.entries(content ?? {})) {
    if (!isKind(kind)) {
      const reason = `"${kind}" is not a channel kind`;
      problems.push({ ...locate([kind]), reason, fix: `Use ${CHANNEL_KINDS.join(', ')}.` });
      continue;
    }
    const entries = Array.isArray(value) ? value : [value];
    if (entries.length === 0 || entries.length > CHANNELS_PER_KIND_MAX) {
      const fix = `List 1 to ${CHANNELS_PER_KIND_MAX} channels, or omit the kind to use the mailbox.`;
      problems.push({ ...locate([kind]), reason: `there are ${entries.length} channels`, fix });
      continue;
    }
    const configured = entries.flatMap((entry: unknown, index) => {
      const path = Array.isArray(value) ? [kind, index] : [kind];
      const read = readEntry(entry, kind, plugins, env);
      if (read.channel !== null) return [read.channel];
      for (const { member, reason, fix } of read.problems) {
        problems.push({ ...locate([...path, ...member]), reason, fix });
      }
      return [];
    });
    channels.set(kind, configured);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, file: { channels } };
}

interface EntryProblem {
  readonly member: readonly (string | number)[];
  readonly reason: string;
  readonly fix: string;
}

interface EntryRead {
  readonly channel: ConfiguredChannel | null;
  readonly problems: readonly EntryProblem[];
}

/** Reads one channel of the file; null with its problems if it cannot be used. */
function readEntry(
  entry: unknown,
  kind: ChannelKind,
  plugins: ChannelPlugins,
  env: Readonly<Record<string, string | undefined>>,
): EntryRead {
  const wrong = (member: readonly (string | number)[], reason: string, fix: string): EntryRead => ({
    channel: null,
    problems: [{ member, reason, fix }],
  });
  const known = plugins.list().filter(({ kinds }) => kinds.includes(kind));
  const choice = `Use ${known.map(({ provider }) => provider).join(', ')}.`;
  if (!isRecord(entry)) return wrong([], 'the entry is not a map', 'Write `{ provider: …, … }`.');
  const { provider, api_url: apiUrl = null, ...written } = entry;
  const plugin = typeof provider === 'string' ? plugins.get(provider) : undefined;
  if (plugin === undefined || !plugin.kinds.includes(kind)) {
    const named = provider === undefined ? 'no provider is named' : `no such provider for ${kind}`;
    return wrong(['provider'], named, choice);
  }
  if (apiUrl !== null && !isApiUrl(apiUrl)) {
    return wrong(
      ['api_url'],
      'it is not an http:// or https:// URL',
      'Omit it, or give the URL of a proxy.',
    );
  }
  const problems: EntryProblem[] = [];
  const config = expandVariables(written, plugin, env, problems);
  const checked = plugin.configSchema.safeParse(config);
  for (const issue of checked.error?.issues ?? []) {
    const member = issue.path.map((part) => (typeof part === 'symbol' ? '' : part));
    // A secret that is missing from the environment has already been reported.
    if (problems.some((problem) => problem.member[0] === member[0])) continue;
    const fix = 'See docs/channels.md for what this provider needs.';
    problems.push({ member, reason: asPartOfSentence(errorText(reasonOf(issue))), fix });
  }
  if (problems.length > 0 || !checked.success) return { channel: null, problems };
  return { channel: { plugin, config: checked.data, apiUrl }, problems: [] };
}

/**
 * Replaces `${NAME}` in strings with the environment variable's value. Secrets may only be given in
 * this form.
 */
function expandVariables(
  written: Readonly<Record<string, unknown>>,
  { secrets }: ChannelPlugin,
  env: Readonly<Record<string, string | undefined>>,
  problems: EntryProblem[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      if (secrets.includes(name) && !REFERENCE.test(value)) {
        const reason = 'a secret must not be in the file';
        const fix = `Set it in the environment, and write \${${name.toUpperCase()}} (or another variable) here.`;
        problems.push({ member: [name], reason, fix });
      }
      const expanded = value.replace(ANY_REFERENCE, (_, variable: string) => {
        const fromEnvironment = env[variable]?.trim();
        if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment;
        const reason = `the environment has no ${variable}`;
        problems.push({ member: [name], reason, fix: `Set ${variable}, or remove the channel.` });
        return '';
      });
      return [name, expanded];
    }),
  );
}

function oneProblem(line: number, pointer: string, reason: string, fix: string): ChannelsRead {
  return { ok: false, problems: [{ line, pointer, reason, fix }] };
}

/**
 * Formats a problem, such as `config/channels.yaml:4 /email/password: the environment has no
 * SMTP_PASSWORD. Set …`.
 */
export function formatChannelsProblem(file: string, problem: ChannelsProblem): string {
  const { line, pointer, reason, fix } = problem;
  return `${file}:${line} ${pointer === '' ? '' : `${pointer}: `}${reason}. ${fix}`;
}

function isApiUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);
}

function isKind(text: string): text is ChannelKind {
  return CHANNEL_KINDS.some((kind) => kind === text);
}

/** Returns where a node of the YAML document begins, as an offset; null if that is unknown. */
function rangeOf(node: unknown): number | null {
  if (typeof node !== 'object' || node === null || !('range' in node)) return null;
  return Array.isArray(node.range) && typeof node.range[0] === 'number' ? node.range[0] : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong with a member of a configuration; never its value, which may be a secret. */
export function reasonOf(issue: z.core.$ZodIssue): ErrorText {
  const isMissing = issue.code === 'invalid_type' && /received undefined$/.test(issue.message);
  if (isMissing) return 'values.isMissing';
  const text = textOf(issue.message);
  // Zod's own message names the members that are unknown.
  if (!isVerbatim(text) || issue.code === 'unrecognized_keys') return text;
  const [explained] = issuesToErrors([issue], () => '');
  return explained?.reason ?? text;
}

/** Returns a sentence in the form of a part of another: lower case, without the full stop. */
function asPartOfSentence(sentence: string): string {
  return sentence.replace(/^./, (first) => first.toLowerCase()).replace(/\.$/, '');
}
