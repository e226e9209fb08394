import { useEffect, useRef } from 'preact/hooks';
import type { Signature } from '../../driver/index.ts';
import { useApp } from '../app-context.ts';

/**
 * The size of the pad in units independent of the screen, so that a signature looks the same
 * everywhere.
 */
const WIDTH = 600;
const HEIGHT = 240;

type Point = readonly [x: number, y: number];

/** The field in which a recipient draws a signature. */
export function SignaturePad({
  signature,
  isNeeded,
  onChange,
}: {
  readonly signature: Signature | null;
  readonly isNeeded: boolean;
  readonly onChange: (signature: Signature | null) => void;
}) {
  const { say } = useApp();
  const canvas = useRef<HTMLCanvasElement>(null);
  const stroke = useRef<Point[] | null>(null);
  const strokes = signature?.strokes ?? [];
  useEffect(() => draw(canvas.current, strokes), [signature]);

  function pointOf(event: PointerEvent): Point {
    const box = canvas.current?.getBoundingClientRect() ?? new DOMRect(0, 0, WIDTH, HEIGHT);
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const y = ((event.clientY - box.top) / box.height) * HEIGHT;
    return [Math.round(clamp(x, WIDTH)), Math.round(clamp(y, HEIGHT))];
  }

  function end(): void {
    const drawn = stroke.current;
    stroke.current = null;
    if (drawn === null || drawn.length === 0) return;
    onChange({ width: WIDTH, height: HEIGHT, strokes: [...strokes, drawn] });
  }

  return (
    <fieldset>
      <legend>
        {say('door.signature')} {isNeeded && <span class="needed">{say('door.needed')}</span>}
      </legend>
      <canvas
        ref={canvas}
        class="pad"
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={say(signature === null ? 'door.sign_here' : 'door.signed')}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          stroke.current = [pointOf(event)];
        }}
        onPointerMove={(event) => {
          if (stroke.current === null) return;
          stroke.current.push(pointOf(event));
          draw(canvas.current, [...strokes, stroke.current]);
        }}
        onPointerUp={end}
        onPointerCancel={end}
      />
      <div class="row">
        <span class="said" role="status">
          {say(signature === null ? 'door.sign_here' : 'door.signed')}
        </span>
        {signature !== null && (
          <button type="button" onClick={() => onChange(null)}>
            {say('door.clear')}
          </button>
        )}
      </div>
    </fieldset>
  );
}

const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));

function draw(canvas: HTMLCanvasElement | null, strokes: Signature['strokes']): void {
  const context = canvas?.getContext('2d');
  if (!context) return;
  context.clearRect(0, 0, WIDTH, HEIGHT);
  context.lineWidth = 4;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = '#10233f';
  context.fillStyle = '#10233f';
  for (const points of strokes) {
    const [first, ...others] = points;
    if (first === undefined) continue;
    context.beginPath();
    context.moveTo(...first);
    for (const point of others) context.lineTo(...point);
    context.stroke();
    if (others.length > 0) continue;
    context.beginPath();
    context.arc(first[0], first[1], 2, 0, Math.PI * 2);
    context.fill();
  }
}
