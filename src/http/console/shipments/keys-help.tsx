import { useMessages } from '../kit/language.ts';

const KEYS = [['j', '↓'], ['k', '↑'], ['Enter'], ['x'], ['/'], ['Esc'], ['?']] as const;

/** Keyboard shortcuts of the table. Its script reveals this: without one, they have no effect. */
export function KeysHelp() {
  const words = useMessages().desk.shipments;
  return (
    <details id="keys" hidden>
      <summary>{words.keys}</summary>
      <dl class="facts">
        {KEYS.map((keys) => (
          <>
            <dt>
              {keys.map((key, nr) => (
                <>
                  {nr > 0 && ` ${words.or} `}
                  <kbd>{key}</kbd>
                </>
              ))}
            </dt>
            <dd>{words.keysDo[keys[0]]}</dd>
          </>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" id="keys-on" checked /> {words.keysOn}
      </label>
    </details>
  );
}
