const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['j', '↓'], 'to the next parcel'],
  [['k', '↑'], 'to the parcel before'],
  [['Enter'], 'opens the parcel'],
  [['x'], 'chooses the parcel, or not'],
  [['/'], 'to the field Find'],
  [['Esc'], 'out of the field'],
  [['?'], 'shows this'],
];

/** The keys of the table. Shown by its script: without one, they do nothing. */
export function KeysHelp() {
  return (
    <details id="keys" hidden>
      <summary>Keys</summary>
      <dl class="facts">
        {KEYS.map(([keys, does]) => (
          <>
            <dt>
              {keys.map((key, nr) => (
                <>
                  {nr > 0 && ' or '}
                  <kbd>{key}</kbd>
                </>
              ))}
            </dt>
            <dd>{does}</dd>
          </>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" id="keys-on" checked /> Single keys work on this page
      </label>
    </details>
  );
}
