// Puts the workbench on the page, and keeps the page for when there is no network.
import { mount } from 'svelte';
import { Offline } from './ui/state/offline.svelte';
import App from './ui/app/App.svelte';
import './ui/theme.css';

const target = document.getElementById('app');
if (target === null) throw new Error('The page has no #app');
const offline = new Offline();
mount(App, { target, props: { offline } });
// What is kept for later must not take the line from what is needed now.
if (import.meta.env.PROD && import.meta.env.MODE !== 'single') setTimeout(() => void offline.register(), 2000);
