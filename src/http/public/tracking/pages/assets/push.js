// Offers push notifications on this device where the browser supports them. The page's other
// channels work without this file.

const SUBSCRIBE_MS = 15_000;

/** The key in the format the browser requires. */
function bytesOf(base64url) {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Resolves when the worker of this registration is active; only then can the browser subscribe. */
function untilActive(registration) {
  if (registration.active !== null) return Promise.resolve();
  const worker = registration.installing ?? registration.waiting;
  return new Promise((resolve, reject) => {
    const check = () => {
      if (worker === null || worker.state === 'redundant') reject(new Error('no worker'));
      if (worker?.state === 'activated') resolve();
    };
    worker?.addEventListener('statechange', check);
    check();
  });
}

/**
 * The subscription of this browser's push service for this key. A registration holds one
 * subscription and merchants have different keys, so each key gets its own registration:
 * subscribing to one merchant does not end another's messages.
 */
async function subscriptionOf({ worker, key }) {
  const scope = `/track/?push=${key.replaceAll('=', '')}`;
  const registration = await navigator.serviceWorker.register(worker, { scope });
  await untilActive(registration);
  // An existing subscription with this key is returned again.
  return registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(key),
  });
}

async function subscribe(form) {
  if ((await Notification.requestPermission()) !== 'granted') throw new Error('not allowed');
  // When its push service is unreachable, a browser retries for ever.
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error('late')), SUBSCRIBE_MS);
  });
  const subscription = await Promise.race([subscriptionOf(form.dataset), late]);
  form.elements.namedItem('address').value = JSON.stringify(subscription);
  form.submit();
}

function offer(form) {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = form.querySelector('button');
    button.disabled = true;
    subscribe(form).catch(() => {
      button.disabled = false;
      form.querySelector('.wrong').hidden = false;
    });
  });
}

function begin() {
  const form = document.querySelector('form[data-key]');
  const can = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  if (form !== null && can) offer(form);
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
else begin();
