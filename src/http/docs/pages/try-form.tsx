import type { DocOperation } from './operation.ts';

interface TryProps {
  readonly method: string;
  readonly path: string;
  readonly operation: DocOperation;
}

/** A request to fill in and send; hidden until its script has loaded. */
export function TryForm({ method, path, operation }: TryProps) {
  const { operationId: id, security, requestBody } = operation;
  const parameters = (operation.parameters ?? []).filter((each) => each.in !== 'header');
  const json = requestBody?.content['application/json'];
  // Files and forms are for programs, or have their own pages.
  if (requestBody !== undefined && json === undefined) return null;
  const needsKey = Object.keys(security[0] ?? {}).length > 0;
  return (
    <details class="tried">
      <summary>Try it</summary>
      <form class="try" hidden data-method={method.toUpperCase()} data-path={path}>
        {needsKey && (
          <label>
            API key
            <input name="key" type="password" autocomplete="off" spellcheck={false} />
          </label>
        )}
        {parameters.map(({ in: place, name }) => (
          <label key={name}>
            {name}
            <input name={`${place}.${name}`} autocomplete="off" required={place === 'path'} />
          </label>
        ))}
        {json !== undefined && (
          <label>
            Body
            <textarea name="body" rows={8} spellcheck={false}>
              {JSON.stringify(json.example ?? {}, null, 2)}
            </textarea>
          </label>
        )}
        <button type="submit">Send</button>
        <output aria-label={`Answer of ${id}`} />
      </form>
    </details>
  );
}
