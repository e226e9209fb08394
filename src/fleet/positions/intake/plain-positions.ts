import {
  ACCURACY_M,
  AT_MS,
  BATTERY,
  HEADING,
  ID_WORDS,
  LAT,
  LNG,
  POSITIONS_MAX,
  type PositionColumns,
  SPEED_KMH,
  STRIDE,
} from './courier-table.ts';
import { ACCURACY_MAX_M, FIRST_MS, LAST_MS, SPEED_MAX_KMH } from './position.ts';

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const UPPER_E = 69;
const UPPER_T = 84;
const UPPER_Z = 90;
const BRACKET = 91;
const BRACKET_END = 93;
const LOWER_E = 101;
const LOWER_N = 110;
const BRACE = 123;
const BRACE_END = 125;

interface Member {
  /** The bytes after the opening quote. */
  readonly name: Buffer;
  readonly bit: number;
  readonly column: number;
  readonly min: number;
  readonly max: number;
  readonly isOptional: boolean;
}

const TS_BIT = 1;
const COURIER_BIT = 2;
const LAT_BIT = 4;
const LNG_BIT = 8;
const NEEDED = TS_BIT | LAT_BIT | LNG_BIT;

const named = (name: string) => Buffer.from(`${name}"`);
const member = (name: string, more: Omit<Member, 'name'>): Member => ({
  name: named(name),
  ...more,
});
const needed = { isOptional: false };
const optional = { isOptional: true, min: 0 };
const TS = named('ts');
const COURIER_ID = named('courier_id');
const NULL = Buffer.from('null');
const COURIER_PREFIX = Buffer.from('cou_');

/** The members by the first two bytes of their name, which are unique. */
const MEMBERS = new Array<Member | undefined>(4 * 256).fill(undefined);
const slotOf = (first: number, second: number) => 3 * first + second;
for (const each of [
  member('lat', { ...needed, bit: LAT_BIT, column: LAT, min: -90, max: 90 }),
  member('lng', { ...needed, bit: LNG_BIT, column: LNG, min: -180, max: 180 }),
  member('accuracy_m', { ...optional, bit: 16, column: ACCURACY_M, max: ACCURACY_MAX_M }),
  member('speed_kmh', { ...optional, bit: 32, column: SPEED_KMH, max: SPEED_MAX_KMH }),
  member('heading', { ...optional, bit: 64, column: HEADING, max: 360 }),
  member('battery', { ...optional, bit: 128, column: BATTERY, max: 100 }),
]) {
  const slot = slotOf(each.name[0] ?? 0, each.name[1] ?? 0);
  if (MEMBERS[slot] !== undefined) throw new Error('two members begin alike');
  MEMBERS[slot] = each;
}

/** Values of the hexadecimal digits of ids; negative for anything else. */
const NIBBLES = new Int8Array(256).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  NIBBLES[digit.charCodeAt(0)] = value;
}

/**
 * Exact powers of ten. A whole number of up to 15 digits divided by one of them is rounded once, as
 * in JSON parsing.
 */
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const DIGITS_MAX = 15;
/** Marks the bytes that occur in numbers. */
const IN_NUMBERS = new Uint8Array(256);
for (const char of '0123456789+-.eE') IN_NUMBERS[char.charCodeAt(0)] = 1;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const ISO_MS_CHARS = 24;
const ISO_S_CHARS = 20;
const ID_CHARS = 36;
const WORD_DIGITS = 8;

/**
 * Reads positions directly from a request's bytes, in the form that nearly every sender writes.
 * Whatever it accepts, JSON parsing and the schema accept with the same result; 0 only means that
 * these have to be used.
 * @param namesCourier whether each position names its courier
 * @returns the number of positions, or 0
 */
export function readPlainPositions(
  bytes: Buffer,
  namesCourier: boolean,
  into: PositionColumns,
): number {
  return new PlainReader(bytes, into).read(namesCourier);
}

/** A parser of plain positions. Every step returns false if the input is not plain. */
class PlainReader {
  readonly #bytes: Buffer;
  readonly #values: Float64Array;
  readonly #ids: Int32Array;
  #at = 0;
  /** The last number read by `#number`. */
  #found = 0;

  constructor(bytes: Buffer, { values, ids }: PositionColumns) {
    this.#bytes = bytes;
    this.#values = values;
    this.#ids = ids;
  }

  read(namesCourier: boolean): number {
    const bytes = this.#bytes;
    // A closing bracket at the end stops every loop over the bytes.
    if (bytes.length < 2 || bytes[bytes.length - 1] !== BRACKET_END) return 0;
    if (!this.#consume(BRACKET)) return 0;
    const wanted = namesCourier ? NEEDED | COURIER_BIT : NEEDED;
    for (let count = 0; count < POSITIONS_MAX; count += 1) {
      const members = this.#position(count);
      if ((members & (NEEDED | COURIER_BIT)) !== wanted) return 0;
      if (this.#consume(COMMA)) continue;
      return this.#consume(BRACKET_END) && this.#at === bytes.length ? count + 1 : 0;
    }
    return 0;
  }

  /** Reads one position; returns the bits of its members, or 0 if it is not plain. */
  #position(index: number): number {
    if (!this.#consume(BRACE)) return 0;
    const from = index * STRIDE;
    this.#values.fill(Number.NaN, from, from + STRIDE);
    let members = 0;
    for (;;) {
      const bit = this.#member(index, from);
      // JSON uses the last of duplicate members.
      if (bit === 0 || (members & bit) !== 0) return 0;
      members |= bit;
      if (this.#consume(COMMA)) continue;
      return this.#consume(BRACE_END) ? members : 0;
    }
  }

  /** Reads one member; returns its bit, or 0 if it is not plain. */
  #member(index: number, from: number): number {
    if (!this.#consume(QUOTE)) return 0;
    const bytes = this.#bytes;
    if (this.#consumeText(TS)) return this.#consume(COLON) && this.#instant(from) ? TS_BIT : 0;
    if (this.#consumeText(COURIER_ID))
      return this.#consume(COLON) && this.#id(index) ? COURIER_BIT : 0;
    const found = MEMBERS[slotOf(bytes[this.#at] as number, bytes[this.#at + 1] ?? 0)];
    if (found === undefined || !this.#consumeText(found.name) || !this.#consume(COLON)) return 0;
    this.#skipBlanks();
    if (bytes[this.#at] === LOWER_N)
      return found.isOptional && this.#consumeText(NULL) ? found.bit : 0;
    if (!this.#number()) return 0;
    const value = this.#found;
    if (!(value >= found.min && value <= found.max)) return 0;
    this.#values[from + found.column] = value;
    return found.bit;
  }

  #instant(from: number): boolean {
    this.#skipBlanks();
    if (this.#bytes[this.#at] !== QUOTE) {
      const isInstant =
        this.#number() &&
        Number.isInteger(this.#found) &&
        this.#found >= FIRST_MS &&
        this.#found <= LAST_MS;
      this.#values[from + AT_MS] = this.#found;
      return isInstant;
    }
    const bytes = this.#bytes;
    const at = this.#at + 1;
    if (at + ISO_S_CHARS >= bytes.length) return false;
    const hasMs = bytes[at + 19] === DOT;
    const end = at + (hasMs ? ISO_MS_CHARS : ISO_S_CHARS);
    if (bytes[end] !== QUOTE || bytes[end - 1] !== UPPER_Z || bytes[at + 10] !== UPPER_T) {
      return false;
    }
    if (bytes[at + 4] !== MINUS || bytes[at + 7] !== MINUS) return false;
    if (bytes[at + 13] !== COLON || bytes[at + 16] !== COLON) return false;
    const hour = this.#twoDigits(at + 11);
    const minute = this.#twoDigits(at + 14);
    const second = this.#twoDigits(at + 17);
    if (!(hour < 24 && minute < 60 && second < 60)) return false;
    const ms = hasMs ? this.#twoDigits(at + 20) * 10 + this.#digit(at + 22) : 0;
    const dayMs = dayOf(
      this.#twoDigits(at) * 100 + this.#twoDigits(at + 2),
      this.#twoDigits(at + 5),
      this.#twoDigits(at + 8),
    );
    const atMs = dayMs + ((hour * 60 + minute) * 60 + second) * 1_000 + ms;
    this.#at = end + 1;
    this.#values[from + AT_MS] = atMs;
    return !Number.isNaN(atMs);
  }

  /** Reads an id, `"cou_` and 32 digits, as four words. */
  #id(index: number): boolean {
    if (!this.#consume(QUOTE)) return false;
    const bytes = this.#bytes;
    if (this.#at + ID_CHARS >= bytes.length || !this.#consumeText(COURIER_PREFIX)) return false;
    let at = this.#at;
    let all = 0;
    for (let word = 0; word < ID_WORDS; word += 1) {
      let value = 0;
      for (let digit = 0; digit < WORD_DIGITS; digit += 1) {
        const nibble = NIBBLES[bytes[at] as number] as number;
        all |= nibble;
        value = (value << 4) | nibble;
        at += 1;
      }
      this.#ids[index * ID_WORDS + word] = value;
    }
    this.#at = at;
    return all >= 0 && this.#consume(QUOTE);
  }

  /** Reads a number in JSON syntax. */
  #number(): boolean {
    const bytes = this.#bytes;
    const from = this.#at;
    let at = from;
    const isBelow = bytes[at] === MINUS;
    if (isBelow) at += 1;
    const first = at;
    let whole = 0;
    let byte = bytes[at] as number;
    while (byte >= ZERO && byte <= NINE) {
      whole = whole * 10 + (byte - ZERO);
      at += 1;
      byte = bytes[at] as number;
    }
    let digits = at - first;
    if (digits === 0 || (digits > 1 && bytes[first] === ZERO)) return false;
    let decimals = 0;
    if (byte === DOT) {
      at += 1;
      const point = at;
      byte = bytes[at] as number;
      while (byte >= ZERO && byte <= NINE) {
        whole = whole * 10 + (byte - ZERO);
        at += 1;
        byte = bytes[at] as number;
      }
      decimals = at - point;
      if (decimals === 0) return false;
      digits += decimals;
    }
    if (digits > DIGITS_MAX || byte === LOWER_E || byte === UPPER_E) return this.#anyNumber();
    const value = decimals === 0 ? whole : whole / (POWERS[decimals] as number);
    this.#found = isBelow ? -value : value;
    this.#at = at;
    return true;
  }

  /**
   * Reads a number with an exponent or with more digits than fit, by the language's own conversion.
   */
  #anyNumber(): boolean {
    const from = this.#at;
    let end = from;
    while (IN_NUMBERS[this.#bytes[end] as number] === 1) end += 1;
    const text = this.#bytes.toString('latin1', from, end);
    this.#found = Number(text);
    this.#at = end;
    return NUMBER.test(text);
  }

  /** Skips blanks and the given byte. */
  #consume(wanted: number): boolean {
    this.#skipBlanks();
    if (this.#bytes[this.#at] !== wanted) return false;
    this.#at += 1;
    return true;
  }

  #skipBlanks(): void {
    let byte = this.#bytes[this.#at] as number;
    while (byte === 32 || byte === 10 || byte === 13 || byte === 9) {
      this.#at += 1;
      byte = this.#bytes[this.#at] as number;
    }
  }

  /** Skips the given text, if it comes next. */
  #consumeText(text: Buffer): boolean {
    const bytes = this.#bytes;
    const from = this.#at;
    // The last byte closes the list and is in none of these texts, so a mismatch comes before the
    // end.
    for (let index = 0; index < text.length; index += 1)
      if (bytes[from + index] !== text[index]) return false;
    this.#at = from + text.length;
    return true;
  }

  #twoDigits(at: number): number {
    return this.#digit(at) * 10 + this.#digit(at + 1);
  }

  /** The value of a digit; NaN if it is not one. */
  #digit(at: number): number {
    const value = (this.#bytes[at] as number) - ZERO;
    return value >= 0 && value <= 9 ? value : Number.NaN;
  }
}

/** The last day parsed, cached because nearly all positions at a time are from one day. */
let lastDay = 0;
let lastDayMs = 0;

/**
 * Epoch milliseconds of the start of a day; NaN for a day that does not exist or is outside this
 * century.
 */
function dayOf(year: number, month: number, day: number): number {
  const number = (year * 100 + month) * 100 + day;
  if (number === lastDay) return lastDayMs;
  if (!(year >= 2000 && year <= 2099)) return Number.NaN;
  const dayMs = Date.UTC(year, month - 1, day);
  const parsed = new Date(dayMs);
  if (parsed.getUTCDate() !== day || parsed.getUTCMonth() !== month - 1) return Number.NaN;
  lastDay = number;
  lastDayMs = dayMs;
  return dayMs;
}
