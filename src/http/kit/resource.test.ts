import { describe, expect, it } from 'vitest';
import { resource } from './resource.ts';

const boxes = resource(
  { noun: 'box', tag: 'Shipments' },
  {
    list: {
      id: 'listBoxes',
      method: 'GET',
      path: '/boxes',
      summary: 'List boxes',
      scope: 'shipments:read',
      answers: { 200: { description: 'All.' } },
    },
    open: {
      id: 'openBox',
      method: 'POST',
      path: '/boxes/:id/open',
      summary: 'Open a box',
      scope: 'shipments:write',
      answers: { 204: { description: 'Open.' } },
      errors: ['conflict'],
    },
  },
  (known: ReadonlySet<string>) => ({
    list: () => ({ status: 200, body: [...known] }),
    open: ({ id, found }) => {
      found(known.has(id));
      return { status: 204 };
    },
  }),
);

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

/** Calls an operation past all checks. */
async function call(operationId: string, id: string) {
  const answers: Promise<unknown>[] = [];
  boxesBoundTo((described, handle) => {
    if (described === operationId) answers.push(handle(id));
  });
  return answers[0];
}

function boxesBoundTo(see: (id: string, handle: (id: string) => Promise<unknown>) => void): void {
  const bound = resource(
    { noun: 'box', tag: 'Shipments' },
    { open: { ...(boxes.operations[1] ?? never()), path: '/boxes/:id/open' } },
    () => ({ open: ({ id, found }) => ({ status: 204, body: found(id === ID && id) }) }),
    (_api, described, handle) => {
      const param = (name: string, id: string) => (name === 'id' ? id : '');
      see(described.id, async (id) =>
        handle({ param: (name: string) => param(name, id) } as Parameters<typeof handle>[0]),
      );
      return { method: described.method, path: described.path, hot: false, handler: never };
    },
  );
  bound.routes({} as Parameters<typeof bound.routes>[0], undefined);
}

function never(): never {
  throw new Error('not called');
}

describe('a resource', () => {
  it('describes its operations with its tag, and those of one thing with its id and 404', () => {
    expect(boxes.operations).toMatchObject([
      { id: 'listBoxes', tag: 'Shipments' },
      {
        id: 'openBox',
        tag: 'Shipments',
        params: { id: 'The box.' },
        errors: ['not_found', 'conflict'],
      },
    ]);
    expect(boxes.operations[0]).not.toHaveProperty('params');
  });

  it('hands the id over as a lower-case UUID, and answers 404 for anything else', async () => {
    expect(await call('openBox', ID.toUpperCase())).toEqual({ status: 204, body: ID });
    await expect(call('openBox', 'zz')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('answers 404 by its own name for what is not found', async () => {
    const other = ID.replace('0', '1');
    await expect(call('openBox', other)).rejects.toThrow('There is no such box under this key.');
  });
});
