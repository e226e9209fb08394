import { describe, expect, it } from 'vitest';
import { resource, resourcesBehind } from './resource.ts';

const OPEN = {
  id: 'openBox',
  method: 'POST',
  path: '/boxes/:id/open',
  summary: 'Open a box',
  scope: 'shipments:write',
  answers: { 204: { description: 'Open.' } },
  errors: ['conflict'],
} as const;

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
    open: OPEN,
  },
  (known: ReadonlySet<string>) => ({
    list: () => ({ status: 200, body: [...known] }),
    open: ({ id }) => ({ status: 204, body: id }),
  }),
);

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

/** The answer of `openBox` by id, without the checks of requests. */
function openBox(id: string): Promise<unknown> {
  const opened: Promise<unknown>[] = [];
  const byTest = resourcesBehind<null, { readonly param: () => string }>(
    (_api, { method, path }, handle) => {
      opened.push(handle({ param: () => id }));
      return { method, path, hot: false, handler: async () => {} };
    },
    'here',
  );
  const bound = byTest(
    { noun: 'box', tag: 'Shipments' },
    { open: OPEN },
    (known: ReadonlySet<string>) => ({
      open: (call) => ({ status: 204, body: call.found(known.has(call.id) && call.id) }),
    }),
  );
  bound.routes(null, new Set([ID]));
  return Promise.resolve(opened[0]);
}

describe('a resource', () => {
  it('describes its operations with its tag, and those of one thing with its id and 404', () => {
    expect(boxes.operations).toMatchObject([
      { id: 'listBoxes', tag: 'Shipments' },
      { ...OPEN, params: { id: 'The box.' }, errors: ['not_found', 'conflict'] },
    ]);
    expect(boxes.operations[0]).not.toHaveProperty('params');
  });

  it('passes on the id as a lower-case UUID, and answers 404 for anything else', async () => {
    expect(await openBox(ID.toUpperCase())).toEqual({ status: 204, body: ID });
    await expect(openBox('zz')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('answers a 404 with its own noun for anything not found', async () => {
    const missing = openBox(ID.replace('0', '1'));
    await expect(missing).rejects.toMatchObject({
      detail: { 'requests.resourceNotFound': { noun: 'box', where: 'here' } },
    });
  });
});
