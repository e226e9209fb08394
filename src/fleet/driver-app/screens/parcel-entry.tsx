import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ParcelView } from '../../driver/index.ts';
import { useApp } from '../app-context.ts';
import { Scanner } from './scanner.tsx';

/**
 * Reads labels one after the other, by camera or typed.
 * @param children shown between the two
 */
export function ParcelEntry({
  submit,
  onCode,
  children,
}: {
  readonly submit: string;
  readonly onCode: (text: string) => void;
  readonly children?: ComponentChildren;
}) {
  const { say } = useApp();
  const [isScanning, setScanning] = useState(false);
  const [typed, setTyped] = useState('');
  return (
    <>
      {isScanning && <Scanner onCode={onCode} />}
      <button class="main" type="button" onClick={() => setScanning(!isScanning)}>
        {say(isScanning ? 'load.stop_scanning' : 'load.scan')}
      </button>
      {children}
      <form
        class="typed"
        onSubmit={(event) => {
          event.preventDefault();
          onCode(typed);
          setTyped('');
        }}
      >
        <label>
          {say('load.type')}
          <input
            class="code"
            value={typed}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            maxLength={64}
          />
        </label>
        <button type="submit">{submit}</button>
      </form>
    </>
  );
}

/** Numbers and states of these parcels; renders nothing without parcels. */
export function ParcelList({
  title,
  parcels,
}: {
  readonly title: string;
  readonly parcels: readonly ParcelView[];
}) {
  const { say } = useApp();
  if (parcels.length === 0) return null;
  return (
    <>
      <h2>
        {title} ({parcels.length})
      </h2>
      <ul class="parcels">
        {parcels.map(({ shipment_id, tracking_number, shown }) => (
          <li key={shipment_id}>
            <span class="number">{tracking_number}</span>
            <span class={`state ${shown}`}>{say(`state.${shown}`)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
