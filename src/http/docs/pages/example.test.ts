import { expect, it } from 'vitest';
import { API_OPERATIONS, OPERATIONS } from '../../testing/test-operations.ts';
import { openApiDocument } from '../openapi.ts';
import { areasOf, schemasOf } from './areas.ts';
import { exampleOf } from './operation-section.tsx';

const document = openApiDocument('0.0.0', API_OPERATIONS);
const schemas = schemasOf(document);

it('shows an example of each answer that matches its schema', () => {
  const odd = areasOf(document).flatMap(({ operations }) =>
    operations.flatMap(({ operation }) =>
      Object.entries(operation.responses).flatMap(([status, { content }]) => {
        const shape = content?.['application/json']?.schema;
        const described = OPERATIONS.find(({ id }) => id === operation.operationId);
        const answer = described?.answers[Number(status)];
        const schema = answer !== undefined && 'schema' in answer ? answer.schema : undefined;
        if (shape === undefined || schema === undefined) return [];
        const read = schema.safeParse(exampleOf(shape, schemas));
        return read.success
          ? []
          : [
              `${operation.operationId} ${status}: ${JSON.stringify(read.error.issues.slice(0, 2))}`,
            ];
      }),
    ),
  );
  expect(odd).toEqual([]);
});
