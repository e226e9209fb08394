import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ParcelView } from '../../driver/index.ts';
import { useApp } from '../app-context.ts';
import { openReader } from '../phone/code-reader.ts';
import { nowMs } from '../phone/ports.ts';
import type { ReadCodes } from '../phone/wasm-reader.ts';

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

/** Interval between two frames: a hand moves, and the battery has to last. */
const CHECK_MS = 120;
/** How long a code that stays in the picture counts once. */
const SAME_MS = 3_000;

type State = 'starting' | 'reading' | 'no_camera' | 'denied' | 'no_reader';

/** The camera's picture. It calls back with each code that it finds. */
function Scanner({ onCode }: { readonly onCode: (text: string) => void }) {
  const { say, config } = useApp();
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef(onCode);
  latest.current = onCode;
  const [state, setState] = useState<State>('starting');
  const [track, setTrack] = useState<MediaStreamTrack | null>(null);

  useEffect(() => {
    let isEnded = false;
    let stream: MediaStream | null = null;
    let next = 0;
    const seen = new Map<string, number>();

    async function scan(read: ReadCodes): Promise<void> {
      if (isEnded) return;
      const codes = video.current === null ? [] : await read(video.current).catch(() => []);
      for (const code of codes) {
        const last = seen.get(code) ?? Number.NEGATIVE_INFINITY;
        seen.set(code, nowMs());
        if (nowMs() - last > SAME_MS && !isEnded) latest.current(code);
      }
      if (!isEnded) next = window.setTimeout(() => void scan(read), CHECK_MS);
    }

    async function start(): Promise<void> {
      try {
        stream = await navigator.mediaDevices.getUserMedia({
          audio: false,
          video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
        });
      } catch (error) {
        const isDenied = error instanceof DOMException && error.name === 'NotAllowedError';
        setState(isDenied ? 'denied' : 'no_camera');
        return;
      }
      if (isEnded || video.current === null) {
        stop(stream);
        return;
      }
      video.current.srcObject = stream;
      await video.current.play().catch(() => {});
      const [first = null] = stream.getVideoTracks();
      setTrack(first);
      const read = await openReader(config.readerUrl).catch(() => null);
      setState(read === null ? 'no_reader' : 'reading');
      if (read !== null) void scan(read);
    }

    void start();
    return () => {
      isEnded = true;
      window.clearTimeout(next);
      stop(stream);
    };
  }, [config.readerUrl]);

  const words = { starting: 'scan.starting', reading: 'scan.hint' } as const;
  return (
    <div class="scanner">
      <div class="finder">
        {/* The element shows the camera's picture, without sound. */}
        <video ref={video} muted playsInline aria-label={say('scan.camera')} />
        <span class="frame" />
      </div>
      <p role="status">
        {say(state in words ? words[state as keyof typeof words] : `scan.${state}`)}
      </p>
      <Light track={track} />
    </div>
  );
}

function stop(stream: MediaStream | null): void {
  for (const each of stream?.getTracks() ?? []) each.stop();
}

/** The switch for the lamp beside the camera, if the phone lets pages use it. */
function Light({ track }: { readonly track: MediaStreamTrack | null }) {
  const { say } = useApp();
  const [isOn, setOn] = useState(false);
  const can = (track?.getCapabilities?.() ?? {}) as { readonly torch?: boolean };
  if (track === null || can.torch !== true) return null;
  const constraints = { advanced: [{ torch: !isOn }] } as object as MediaTrackConstraints;
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={() => {
        void track.applyConstraints(constraints).then(
          () => setOn(!isOn),
          () => {},
        );
      }}
    >
      {say('scan.light')}
    </button>
  );
}
