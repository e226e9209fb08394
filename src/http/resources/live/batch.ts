import { iso } from '../../../tracking/index.ts';

/** What is told at once: written out once for all who are told the same. */
export class Batch {
  readonly seq: number;
  readonly text: string;
  #frame: Buffer | null = null;
  #event: string | null = null;

  constructor(nowMs: number, seq: number, parts: readonly string[]) {
    this.seq = seq;
    this.text = `{"type":"batch","at":"${iso(nowMs)}","seq":${seq},"topics":[${parts.join()}]}`;
  }

  /** A WebSocket's message, as it goes over the wire. */
  get frame(): Buffer {
    this.#frame ??= textFrame(this.text);
    return this.#frame;
  }

  /** A server-sent event. */
  get event(): string {
    this.#event ??= `id: ${this.seq}\nevent: batch\ndata: ${this.text}\n\n`;
    return this.#event;
  }
}

/** Of a message in one piece (RFC 6455, 5.2): final, and text. */
const WHOLE_TEXT = 0x81;
/** Up to here the length stands in the head's second byte; then two or eight more hold it. */
const SHORT_MAX = 125;
const TWO_BYTES_MAX = 0xffff;
const IN_TWO_BYTES = 126;
const IN_EIGHT_BYTES = 127;

/** A server's frame, which is not masked. */
export function textFrame(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  const headBytes = bytes <= SHORT_MAX ? 2 : bytes <= TWO_BYTES_MAX ? 4 : 10;
  const frame = Buffer.allocUnsafe(headBytes + bytes);
  frame[0] = WHOLE_TEXT;
  if (headBytes === 2) frame[1] = bytes;
  else if (headBytes === 4) {
    frame[1] = IN_TWO_BYTES;
    frame.writeUInt16BE(bytes, 2);
  } else {
    frame[1] = IN_EIGHT_BYTES;
    frame.writeBigUInt64BE(BigInt(bytes), 2);
  }
  frame.write(text, headBytes);
  return frame;
}

/** What a batch tells of one topic. */
export function partText(name: string, seq: number, part: string): string {
  return `{"topic":${JSON.stringify(name)},"seq":${seq},${part}}`;
}
