import { iso } from '../../../tracking/index.ts';

/** What is told at once: written out once for all who are told the same. */
export class Batch {
  readonly seq: number;
  readonly text: string;
  #bytes: Buffer | null = null;
  #event: string | null = null;

  constructor(nowMs: number, seq: number, parts: readonly string[]) {
    this.seq = seq;
    this.text = `{"type":"batch","at":"${iso(nowMs)}","seq":${seq},"topics":[${parts.join()}]}`;
  }

  /** A WebSocket's message. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.text);
    return this.#bytes;
  }

  /** A server-sent event. */
  get event(): string {
    this.#event ??= `id: ${this.seq}\nevent: batch\ndata: ${this.text}\n\n`;
    return this.#event;
  }
}

/** What a batch tells of one topic. */
export function partText(name: string, seq: number, part: string): string {
  return `{"topic":${JSON.stringify(name)},"seq":${seq},${part}}`;
}
