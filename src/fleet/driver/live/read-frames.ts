/** One server-sent event. */
export interface Frame {
  readonly event: string;
  readonly data: string;
  /** Null: none. */
  readonly id: string | null;
}

/** No event of the hub is longer: some intermediary sends other data. */
const CHARS_MAX = 1_000_000;

/**
 * Parses a stream of server-sent events in chunks. Throws if it is none.
 *
 * @returns a function that takes the next chunk and returns the events it completed.
 */
export function frameReader(): (text: string) => readonly Frame[] {
  let rest = '';
  return (text) => {
    const parts = (rest + text).replaceAll('\r\n', '\n').split('\n\n');
    rest = parts.pop() ?? '';
    if (rest.length > CHARS_MAX) throw new Error('This is no stream of events.');
    return parts.flatMap(readFrame);
  };
}

function readFrame(text: string): readonly Frame[] {
  let event = 'message';
  let id: string | null = null;
  const data: string[] = [];
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^([a-z]+):? ?(.*)$/.exec(line) ?? [];
    if (name === 'event') event = value;
    if (name === 'id') id = value;
    if (name === 'data') data.push(value);
  }
  return data.length === 0 ? [] : [{ event, id, data: data.join('\n') }];
}
