import { CLOSED_WORD, type Contract, type Member, PATTERN_WORD, type Section } from './contract.ts';

/**
 * Every change that can break a program written for the earlier contract, in a sentence each. What
 * is new and optional breaks nothing. Pure.
 */
export function breakingChanges(before: Contract, after: Contract): readonly string[] {
  return [...before].flatMap(([section, members]) => {
    const now = after.get(section);
    if (now !== undefined) {
      const isInput = !/^out | -> /.test(section);
      return changesIn(members, now, isInput).map((change) => `${section}: ${change}`);
    }
    // A schema that nothing refers to any more is reported where it was referred to, and the answers
    // of an operation with the operation.
    const [operation = ''] = section.split(' -> ');
    const isOfGone = operation !== section && before.has(operation) && !after.has(operation);
    return isOfGone || /^(?:in|out) /.test(section) ? [] : [`${section}: is gone`];
  });
}

function changesIn(before: Section, after: Section, isInput: boolean): readonly string[] {
  const changed = [...before].flatMap(([name, old]) => {
    const member = after.get(name);
    const shown = name === '' ? 'it' : name;
    if (member === undefined) return isInside(name, before, after) ? [] : [`${shown} is gone`];
    return memberChanges(old, member, isInput).map((change) => `${shown} ${change}`);
  });
  const added = [...after].flatMap(([name, { isAlways }]) => {
    const isDemanded = isInput && isAlways && !before.has(name) && !isInside(name, after, before);
    return isDemanded ? [`${name} is new and required`] : [];
  });
  return [...changed, ...added];
}

/** Whether a member is inside another that `others` does not have either. */
function isInside(name: string, own: Section, others: Section): boolean {
  return [...own.keys()].some(
    (outer) =>
      outer !== '' &&
      !others.has(outer) &&
      name !== outer &&
      /^[.[{]/.test(name.slice(outer.length)) &&
      name.startsWith(outer),
  );
}

function memberChanges(before: Member, after: Member, isInput: boolean): readonly string[] {
  const [needed, given] = isInput ? [after, before] : [before, after];
  const presence = isInput ? 'is required now' : 'may be missing now';
  const [from, to] = [kinds(before), kinds(after)];
  return [
    ...(needed.isAlways && !given.isAlways ? [presence] : []),
    ...(isInput
      ? uncovered(from, to).map((word) => `no longer accepts ${word}`)
      : uncovered(to, from).map((word) => `can now be ${word}`)),
    ...stricter(before, after),
    ...otherPattern(before, after),
    ...(isClosed(after) && !isClosed(before) && couldBe('object', before)
      ? ['no longer accepts further members']
      : []),
  ];
}

const LIMIT = /^(?<of>\w*(?<sign>[<>])=)(?<value>.+)$/;

function kinds({ words }: Member): readonly string[] {
  return [...words].filter(
    (word) => !LIMIT.test(word) && !word.startsWith(PATTERN_WORD) && word !== CLOSED_WORD,
  );
}

function isClosed({ words }: Member): boolean {
  return words.has(CLOSED_WORD);
}

function couldBe(type: string, member: Member): boolean {
  return kinds(member).length === 0 || kinds(member).includes(type);
}

/** Whether another pattern accepts less cannot be decided here, so that a person has to. */
function otherPattern(before: Member, after: Member): readonly string[] {
  const patterns = ({ words }: Member) =>
    [...words].filter((word) => word.startsWith(PATTERN_WORD)).sort();
  const [old, now] = [patterns(before), patterns(after)];
  // Each is an alternative.
  const isWider = old.length > 0 && old.every((pattern) => now.includes(pattern));
  if (now.length === 0 || isWider || !couldBe('string', before)) return [];
  const added = now.filter((pattern) => !old.includes(pattern));
  return (added.length > 0 ? added : now).map(
    (pattern) => `must match ${pattern.slice(PATTERN_WORD.length)} now`,
  );
}

/** The words that none of `others` includes. A member without a word can be anything. */
function uncovered(words: readonly string[], others: readonly string[]): readonly string[] {
  if (others.length === 0) return [];
  if (words.length === 0) return ['anything'];
  return words.filter((word) => !others.includes(word) && !others.includes(widerThan(word)));
}

/** `"delivered"` and `string:uuid` are strings, and an integer is a number. */
function widerThan(word: string): string {
  if (/^"|^string:/.test(word)) return 'string';
  if (/^(?:true|false)$/.test(word)) return 'boolean';
  return /^(?:-?\d|integer$)/.test(word) ? 'number' : word;
}

function stricter(before: Member, after: Member): readonly string[] {
  const limits = (words: Member['words']) =>
    [...words].flatMap((word) => {
      const { of = '', sign = '', value = '' } = LIMIT.exec(word)?.groups ?? {};
      return of === '' ? [] : [{ of, sign, value: Number(value) }];
    });
  const old = limits(before.words);
  return limits(after.words)
    .filter(({ of, sign, value }) =>
      old
        .filter((each) => each.of === of)
        .every((each) => (sign === '<' ? value < each.value : value > each.value)),
    )
    .map(({ of, value }) => `is limited to ${of}${value} now`);
}

/** The version in the head line of a contract's file. Throws if there is none. */
export function releasedVersion(text: string): string {
  const version = /^# Waybill (?<version>\d+\.\d+\.\d+)\b/.exec(text)?.groups?.['version'];
  if (version !== undefined) return version;
  const [head] = text.split('\n', 1);
  throw new Error(`The first line must begin with "# Waybill 1.2.3"; found "${head}".`);
}

/** Whether a version may break programs for an earlier one, by semantic versioning. */
export function allowsBreaking(earlier: string, version: string): boolean {
  const [[a = 0, b = 0, c = 0], [x = 0, y = 0, z = 0]] = [numbersOf(earlier), numbersOf(version)];
  if (x !== a) return x > a;
  if (x > 0) return false;
  return y === b ? y === 0 && z > c : y > b;
}

function numbersOf(version: string): readonly number[] {
  return version.split('.').map(Number);
}
