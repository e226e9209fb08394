// Shows push messages about parcels and opens the parcel's page. It stores nothing and fetches
// nothing.

self.addEventListener('push', (event) => {
  const { title = '', body = '', url, tag } = event.data?.json() ?? {};
  const shown = { body, tag, data: { url }, icon: '/favicon.ico' };
  event.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { url } = event.notification.data ?? {};
  if (typeof url !== 'string' || !URL.canParse(url)) return;
  if (['https:', 'http:'].includes(new URL(url).protocol)) {
    event.waitUntil(self.clients.openWindow(url));
  }
});
