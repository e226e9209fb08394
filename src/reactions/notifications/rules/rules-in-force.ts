import { LRUCache } from 'lru-cache';
import { type Document, LineCounter, parseDocument } from 'yaml';
import type { Tenant } from '../../../kernel/tenant.ts';
import { openResultCache } from '../../../platform/cached-results.ts';
import type { Clock } from '../../../platform/clock.ts';
import { type Database, type Queryable, withTenant } from '../../../platform/database/database.ts';
import { englishIssue } from '../../../platform/messages/error-text.ts';
import { type RuleSet, ruleSet } from './rule-set.ts';
import {
  lockGeneration,
  type RulesOf,
  replaceRules,
  storedRules,
  storedRulesOf,
} from './rules.sql.ts';

/** The maximum number of merchants whose rules are cached, a few kilobytes each. */
const KNOWN_MAX = 2_000;

/** A tenant's current rules. */
export interface RulesNow {
  readonly source: 'installation' | 'own';
  /**
   * How often the tenant's own rules were changed; 0: never. It identifies the content and is the
   * ETag.
   */
  readonly generation: number;
  readonly rules: RuleSet;
}

export type RulesChange =
  | { readonly kind: 'changed'; readonly now: RulesNow }
  /** The current generation is not the expected one. */
  | { readonly kind: 'other'; readonly generation: number }
  | { readonly kind: 'no_such_rule' };

/** The effective rules of every tenant: its own, or else the installation's. */
export interface RulesInForce {
  /** The installation's rules, from the file. */
  readonly installation: RuleSet;
  /** Reads a tenant's rules for sending. */
  read(db: Queryable, tenant: Tenant): Promise<RuleSet>;
  /** Reads the rules of many tenants at once; returns a function from a tenant to its rules. */
  readOf(db: Queryable, tenants: readonly Tenant[]): Promise<(tenant: Tenant) => RuleSet>;
  now(tenant: Tenant): Promise<RulesNow>;
  /**
   * Replaces a tenant's own rules.
   *
   * @param expected the generation on which the change is based; null: any.
   */
  replace(tenant: Tenant, rules: RuleSet, expected: number | null): Promise<RulesChange>;
  /** Removes a tenant's own rules, so that the installation's apply again. */
  remove(tenant: Tenant, expected: number | null): Promise<RulesChange>;
  /**
   * Switches one rule on or off. If the tenant had the installation's rules, the set becomes its
   * own.
   */
  enable(
    tenant: Tenant,
    rule: string,
    enabled: boolean,
    expected: number | null,
  ): Promise<RulesChange>;
}

interface RulesDeps {
  readonly db: Pick<Database, 'app'>;
  readonly clock: Clock;
  readonly installation: RuleSet;
}

export function createRulesInForce({ db, clock, installation }: RulesDeps): RulesInForce {
  const known = new LRUCache<
    string,
    { readonly generation: number; readonly rules: RuleSet | null }
  >({ max: KNOWN_MAX });

  /**
   * The stored rules, parsed; null: this version does not accept them, although an older one did.
   * The result is cached, because it is needed all the time.
   */
  function parseCached({ tenant, document, generation }: RulesOf): RuleSet | null {
    const key = keyOf(tenant);
    const before = known.get(key);
    if (before?.generation === generation) return before.rules;
    const parsed = ruleSet.safeParse(document);
    const rules = parsed.success ? parsed.data : null;
    known.set(key, { generation, rules });
    return rules;
  }

  /** The tenant's own rules; those of the file if it has none or they cannot be read. */
  async function currentRules(tx: Queryable, tenant: Tenant): Promise<RulesNow> {
    const stored = await storedRules(tx, tenant);
    const rules = stored === null ? null : parseCached({ ...stored, tenant });
    // Notifying by the file's rules is better than not at all.
    if (stored === null || rules === null) {
      return { source: 'installation', generation: 0, rules: installation };
    }
    return { source: 'own', generation: stored.generation, rules };
  }

  function changeRules(
    tenant: Tenant,
    expected: number | null,
    next: (now: RulesNow) => RuleSet | null | 'no_such_rule',
  ): Promise<RulesChange> {
    return withTenant<RulesChange>(db.app, tenant, async (tx) => {
      await lockGeneration(tx, tenant, clock.nowMs());
      const now = await currentRules(tx, tenant);
      if (expected !== null && expected !== now.generation) {
        return { kind: 'other', generation: now.generation };
      }
      const rules = next(now);
      if (rules === 'no_such_rule') return { kind: rules };
      const generation = await replaceRules(tx, tenant, rules, clock.nowMs());
      const changed: RulesNow =
        rules === null
          ? { source: 'installation', generation: 0, rules: installation }
          : { source: 'own', generation, rules };
      return { kind: 'changed', now: changed };
    });
  }

  return {
    installation,
    async read(tx, tenant) {
      return (await currentRules(tx, tenant)).rules;
    },
    async readOf(db, tenants) {
      const own = new Map<string, RuleSet | null>();
      for (const stored of await storedRulesOf(db, tenants)) {
        own.set(keyOf(stored.tenant), parseCached(stored));
      }
      return (tenant) => own.get(keyOf(tenant)) ?? installation;
    },
    now: (tenant) => withTenant(db.app, tenant, (tx) => currentRules(tx, tenant)),
    replace: (tenant, rules, expected) => changeRules(tenant, expected, () => rules),
    remove: (tenant, expected) => changeRules(tenant, expected, () => null),
    enable: (tenant, name, enabled, expected) =>
      changeRules(tenant, expected, ({ rules: set }) => {
        if (!set.rules.some((each) => each.name === name)) return 'no_such_rule';
        const rules = set.rules.map((each) => (each.name === name ? { ...each, enabled } : each));
        return { ...set, rules };
      }),
  };
}

function keyOf({ merchantId, mode }: Tenant): string {
  return `${merchantId} ${mode}`;
}

/**
 * The maximum length of the file. Ours has 3,000 characters; one that is much longer is another
 * file.
 */
const FILE_CHARS_MAX = 200_000;

/** The errors in the file of rules: file, line, member and what to write instead. */
export class RulesFileError extends Error {
  override readonly name = 'RulesFileError';
}

/**
 * Reads the file of rules.
 *
 * @throws RulesFileError with every problem, one per line.
 */
export function readRulesFile(text: string, file: string): RuleSet {
  if (text.length > FILE_CHARS_MAX) {
    throw new RulesFileError(`${file}: more than ${FILE_CHARS_MAX} characters`);
  }
  const cache = openResultCache();
  const key = ['rules', text];
  const known = ruleSet.safeParse(cache.read(key));
  if (known.success) return known.data;
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines });
  const broken = yaml.errors.map(({ pos, message }) => {
    return `${file}:${lines.linePos(pos[0]).line}: ${message.split('\n')[0]}`;
  });
  if (broken.length > 0) throw new RulesFileError(broken.join('\n'));
  const value = valueIn(yaml, file);
  const read = ruleSet.safeParse(value);
  if (read.success) {
    cache.store(key, value);
    return read.data;
  }
  /** The line of a value, or of its nearest existing parent. */
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = yaml.getIn(path.slice(0, length) as unknown[], true);
      const { range } = (node ?? {}) as { range?: readonly number[] };
      if (range?.[0] !== undefined) return lines.linePos(range[0]).line;
    }
    return 1;
  };
  throw new RulesFileError(
    read.error.issues
      .map(({ path, message }) => {
        return `${file}:${lineOf(path)}: ${path.join('.') || 'the file'}: ${englishIssue(message)}`;
      })
      .join('\n'),
  );
}

/**
 * The file's content, without aliases: they can turn a small file into a huge one, and none is
 * needed here.
 */
function valueIn(yaml: Document, file: string): unknown {
  try {
    return yaml.toJS({ maxAliasCount: 0 });
  } catch {
    throw new RulesFileError(`${file}: it refers to a part of itself; write that out`);
  }
}
