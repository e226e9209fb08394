import { iso } from '../../../tracking/ports/shipments.ts';

/** One batch of updates, serialized once for all clients that receive the same. */
export class Batch {
  readonly seq: number;
  readonly text: string;
  #frame: Buffer | null = null;
  #event: string | null = null;

  constructor(nowMs: number, seq: number, parts: readonly string[]) {
    this.seq = seq;
    this.text = `{"type":"batch","at":"${iso(nowMs)}","seq":${seq},"topics":[${parts.join()}]}`;
  }

  /** The bytes of a WebSocket message. */
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

/** First byte of an unfragmented text message (RFC 6455, 5.2). */
const WHOLE_TEXT = 0x81;
/** Up to this length, the second byte holds it; above, two or eight more bytes do. */
const SHORT_MAX = 125;
const TWO_BYTES_MAX = 0xffff;
const IN_TWO_BYTES = 126;
const IN_EIGHT_BYTES = 127;

/** A frame sent by a server, which is not masked. */
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

/** A batch's part about one topic. */
export function partText(name: string, seq: number, part: string): string {
  return `{"topic":${JSON.stringify(name)},"seq":${seq},${part}}`;
}
