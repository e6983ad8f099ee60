// Puts the workbench on the page, and keeps the page for when there is no network.
import { mount } from 'svelte';
import { Offline } from './ui/state/offline.svelte';
import App from './ui/app/App.svelte';
import { Workbench } from './ui/state/workbench.svelte';
import './ui/theme.css';

const target = document.getElementById('app');
if (target === null) throw new Error('The page has no #app');
const offline = new Offline();
const workbench = new Workbench();
mount(App, { target, props: { workbench, offline } });

const KEEP_AFTER_MILLISECONDS = 2000;
/** What is kept for later must not take the line from what is needed now, nor a processor: browsers compile what is kept. */
function keepSoon(): void {
  setTimeout(() => {
    if (workbench.isAtWork) keepSoon();
    else void offline.register();
  }, KEEP_AFTER_MILLISECONDS);
}
if (import.meta.env.PROD && import.meta.env.MODE !== 'single') keepSoon();
