// Makes the page work without a network, and tells when a newer build of it is ready.

import { trustedAddress } from '../../trustedAddress';

/** The registration of the service worker, as far as the page shows it. */
export class Offline {
  /** A newer build is kept and waits to be used. */
  updateReady = $state(false);
  /** Settles when all files of this build are on this machine, so that to load any of them asks nothing of a network; never, where they are not. */
  readonly kept: Promise<void>;
  #waiting: ServiceWorker | null = null;

  constructor() {
    this.kept = new Promise((resolve) => {
      const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
      if (serviceWorker?.controller || import.meta.env.MODE === 'single') resolve();
      // The first build that is kept takes charge of the page that is open.
      else serviceWorker?.addEventListener('controllerchange', () => resolve(), { once: true });
    });
  }

  /** Registers the service worker; does nothing where there can be none (a file on the disk, an old browser). */
  async register(): Promise<void> {
    if (!('serviceWorker' in navigator) || !isSecureContext || location.protocol === 'file:') return;
    // As long as this page is open, the service worker keeps the build that this script is of (see `src/offline`).
    void navigator.locks.request(import.meta.url, { mode: 'shared' }, () => {
      navigator.serviceWorker.controller?.postMessage('page is open');
      return new Promise(() => undefined);
    });
    try {
      const registration = await navigator.serviceWorker.register(trustedAddress('service-worker.js'));
      this.#offer(registration.waiting);
      registration.addEventListener('updatefound', () => {
        const { installing } = registration;
        installing?.addEventListener('statechange', () => this.#offer(registration.waiting));
      });
    } catch {
      // A private window, or a host that does not serve it: the page works as before, with a network.
    }
  }

  /** Goes over to the newer build: the page is loaded anew. */
  update(): void {
    // Another tab may have gone over to it already.
    if (this.#waiting?.state !== 'installed') {
      location.reload();
      return;
    }
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    this.#waiting.postMessage('use this build');
  }

  #offer(waiting: ServiceWorker | null): void {
    // The first build that is ever kept is the one that is on the screen.
    if (waiting === null || navigator.serviceWorker.controller === null) return;
    this.#waiting = waiting;
    this.updateReady = true;
  }
}
