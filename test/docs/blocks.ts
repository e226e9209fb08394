import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A block of commands in a document. How it is run stands in comments right above it:
 *
 *   <!-- run: start -->       starts a hub, which the blocks below it talk to
 *   <!-- run: stopped -->     is run when the hub has been stopped
 *   <!-- run: by FILE -->     FILE runs the very same command
 *   <!-- run: in FILE -->     FILE runs it with a `Visitor`, and looks what came of it
 *   <!-- run: needs COMMAND --> is run where COMMAND succeeds, else skipped aloud
 *   <!-- database: embedded --> is not run against an operator's own PostgreSQL
 *   <!-- expect: TEXT -->     its output holds TEXT
 *   <!-- eventually: TEXT --> the same, when it has been tried for a while
 *
 * A sample in TypeScript or Python is run only if it has an expectation.
 */
export interface Block {
  /** `README.md:34` */
  readonly where: string;
  readonly commands: string;
  readonly run: string | null;
  /** Whether it is only for hubs with the embedded database. */
  readonly embeddedOnly: boolean;
  readonly expect: string | null;
  readonly eventually: string | null;
}

export interface Document {
  /** From the root. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

const COMMANDS = new Set(['sh', 'console']);
/** How the shell runs a sample in another language. */
const PROGRAMS: Readonly<Record<string, string>> = {
  ts: 'node --input-type=module',
  python: 'python3 -',
};

const CLIENTS = ['packages/client', 'packages/python'];

/** All documents for people: at the root, in docs/, including decisions, and of the clients. */
export function documents(): Document[] {
  const folders = ['.', 'docs', 'docs/compat', 'docs/decisions', 'examples', ...CLIENTS];
  const paths = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .sort()
      .map((name) => (folder === '.' ? name : `${folder}/${name}`)),
  );
  return paths.map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, blocks: blocksOf(path, text) };
  });
}

function blocksOf(path: string, text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  let marks = new Map<string, string>();
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const mark = line.match(/^<!-- (run|database|expect|eventually): (.*) -->$/);
    const fence = line.match(/^```(\w*)$/);
    if (mark !== null) {
      marks.set(mark[1] ?? '', mark[2] ?? '');
    } else if (fence !== null) {
      const end = lines.indexOf('```', index + 1);
      if (end < 0) throw new Error(`${path}:${index + 1}: a block without an end`);
      const [language, text] = [fence[1] ?? '', lines.slice(index + 1, end).join('\n')];
      const program = marks.has('expect') ? PROGRAMS[language] : undefined;
      if (COMMANDS.has(language) || program !== undefined) {
        blocks.push({
          where: `${path}:${index + 1}`,
          commands: program === undefined ? text : `${program} <<'SAMPLE'\n${text}\nSAMPLE`,
          run: marks.get('run') ?? null,
          embeddedOnly: marks.get('database') === 'embedded',
          expect: marks.get('expect') ?? null,
          eventually: marks.get('eventually') ?? null,
        });
      }
      marks = new Map();
      index = end;
    } else if (line.trim() !== '') {
      marks = new Map();
    }
  }
  return blocks;
}

/** The samples in a language, each with its place. */
export function samplesIn(language: 'ts' | 'python'): readonly (readonly [string, string])[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return documents().flatMap(({ path, text }) =>
    [...text.matchAll(fence)].map(({ index, 1: sample = '' }) => [`${path}@${index}`, sample]),
  );
}

/** Whether another program runs the block: docs.test.ts finds it there. */
export function isRunElsewhere({ run }: Block): boolean {
  return /^(by|in) /.test(run ?? '');
}

/** Without code blocks and inline code, where brackets are not links. */
export function proseOf(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
}
